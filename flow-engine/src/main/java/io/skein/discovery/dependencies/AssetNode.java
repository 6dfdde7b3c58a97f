package io.skein.discovery.dependencies;

import io.skein.discovery.cleansing.AssetFacts;
import io.skein.discovery.inventory.AssetType;
import io.skein.discovery.inventory.InventoryAsset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the graph needs to know of an asset: its key and the names by which others refer to it.
 *
 * @param key natural key in the inventory
 * @param type what it is
 */
public record AssetNode(
    String key,
    AssetType type,
    @Nullable String hostname,
    @Nullable String fqdn,
    @Nullable String externalId,
    @Nullable String name,
    List<String> ipAddresses) {

  /** Copies the list. */
  public AssetNode {
    ipAddresses = List.copyOf(ipAddresses);
  }

  /** The node of an inventory asset. */
  public static AssetNode of(InventoryAsset asset) {
    AssetFacts facts = asset.facts();
    return new AssetNode(
        asset.key(),
        asset.type(),
        facts.hostname(),
        facts.fqdn(),
        facts.externalId(),
        facts.name(),
        facts.ipAddresses());
  }
}
