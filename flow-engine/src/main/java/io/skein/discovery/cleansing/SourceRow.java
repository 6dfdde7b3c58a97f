package io.skein.discovery.cleansing;

/**
 * Where a value was read: the file (name or upload id, as the caller calls it) and the row, counted
 * as the file's reader counts. Ordered by file, then row.
 */
public record SourceRow(String file, long row) implements Comparable<SourceRow> {

  /** Refuses a row below zero. */
  public SourceRow {
    if (row < 0) {
      throw new IllegalArgumentException("row " + row + " of " + file + " is below zero");
    }
  }

  @Override
  public int compareTo(SourceRow other) {
    int byFile = file.compareTo(other.file);
    return byFile != 0 ? byFile : Long.compare(row, other.row);
  }
}
