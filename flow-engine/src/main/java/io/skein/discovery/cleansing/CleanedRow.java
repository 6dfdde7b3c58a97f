package io.skein.discovery.cleansing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one raw row.
 *
 * @param asset the clean asset, or null when the row names no asset at all (the row is rejected)
 * @param issues every cell that could not be used as it stands, in column order
 */
public record CleanedRow(@Nullable CleanAsset asset, List<RowIssue> issues) {

  /** Copies the issues. */
  public CleanedRow {
    issues = List.copyOf(issues);
  }

  /** Whether the row gave an asset. */
  public boolean accepted() {
    return asset != null;
  }
}
