package io.skein.discovery.csv;

/**
 * How large things may be. Past a limit the file is refused, except for the batch limits, which
 * only end a batch.
 *
 * @param maxColumns columns of a file
 * @param maxCellBytes bytes of one cell
 * @param maxRowBytes bytes of one row
 * @param batchRows rows of one batch
 * @param batchBytes bytes after which a batch ends with the row that reached them
 */
public record CsvLimits(
    int maxColumns, int maxCellBytes, int maxRowBytes, int batchRows, int batchBytes) {
  /** 1,000 columns, 1 MiB in a cell, 4 MiB in a row; batches of 1,000 rows or 1 MiB. */
  public static final CsvLimits DEFAULT = new CsvLimits(1_000, 1 << 20, 4 << 20, 1_000, 1 << 20);

  public CsvLimits {
    if (maxColumns < 2
        || maxCellBytes < 1
        || maxRowBytes < maxCellBytes
        || batchRows < 1
        || batchBytes < 1) {
      throw new IllegalArgumentException(
          "Limits must be positive, with at least two columns and rows no smaller than cells");
    }
  }
}
