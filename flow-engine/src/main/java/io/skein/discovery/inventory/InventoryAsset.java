package io.skein.discovery.inventory;

import io.skein.discovery.cleansing.AssetFacts;
import io.skein.discovery.cleansing.Conflict;
import io.skein.discovery.cleansing.SourceRow;
import java.util.List;

/**
 * An asset of the inventory.
 *
 * @param key natural key, stable over runs and unique within a flow: upserts go by it
 * @param type what it is
 * @param reason the evidence for the type, one sentence
 * @param facts what is known of it
 * @param sources the rows it was read from
 * @param conflicts where they disagreed
 */
public record InventoryAsset(
    String key,
    AssetType type,
    String reason,
    AssetFacts facts,
    List<SourceRow> sources,
    List<Conflict> conflicts) {

  /** Copies the lists. */
  public InventoryAsset {
    sources = List.copyOf(sources);
    conflicts = List.copyOf(conflicts);
  }
}
