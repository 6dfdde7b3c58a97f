package io.skein.discovery.csv;

/**
 * A run of whole rows that a worker can read alone.
 *
 * @param n 0-based number of the batch in its file
 * @param byteFrom first byte in the file as uploaded
 * @param byteTo byte after the last one
 * @param firstRow 1-based number of its first data row
 * @param rows data rows in the range, rejected ones included
 * @param firstLine 1-based physical line on which the range starts
 */
public record Batch(int n, long byteFrom, long byteTo, long firstRow, int rows, long firstLine) {
  public Batch {
    if (n < 0 || byteFrom < 0 || byteTo < byteFrom || firstRow < 1 || rows < 0 || firstLine < 1) {
      throw new IllegalArgumentException(
          "Not a batch: n="
              + n
              + " bytes="
              + byteFrom
              + ".."
              + byteTo
              + " firstRow="
              + firstRow
              + " rows="
              + rows);
    }
  }
}
