package io.skein.discovery.cleansing;

import java.util.List;

/**
 * One asset, from all the rows that describe it.
 *
 * @param facts the values that stand
 * @param sources every row it was read from, ordered
 * @param conflicts where the rows disagreed, in the order of the fields
 */
public record MergedAsset(AssetFacts facts, List<SourceRow> sources, List<Conflict> conflicts) {

  /** Copies the lists. */
  public MergedAsset {
    sources = List.copyOf(sources);
    conflicts = List.copyOf(conflicts);
  }
}
