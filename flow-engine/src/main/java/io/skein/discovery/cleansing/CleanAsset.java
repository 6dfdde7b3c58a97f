package io.skein.discovery.cleansing;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One row in clean form.
 *
 * @param source where it was read
 * @param lastSeen when the source last saw or updated the asset; the newest record wins a conflict
 * @param facts what the row says
 */
public record CleanAsset(SourceRow source, @Nullable LocalDate lastSeen, AssetFacts facts) {

  /**
   * The block in which duplicates of this asset are looked for: rows that may describe one asset
   * have equal keys, rows with equal keys need not be one asset (two domains may both have a {@code
   * web1}). Sort by it and give each group to {@link DuplicateMerger#merge}.
   */
  public String mergeKey() {
    return AssetIdentity.blockOf(facts);
  }
}
