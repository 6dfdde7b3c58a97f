package io.skein.discovery.csv;

import java.util.List;

/**
 * A file that could be read to its end.
 *
 * @param bytes length of the file
 * @param batches how many batches were handed over
 * @param rows data rows read; accepted and rejected together
 * @param rejected data rows that are not imported
 * @param headerWarnings empty and repeated column names that were replaced
 * @param sample some accepted rows: the first ones and others spread evenly over the file; long
 *     cells are cut
 */
public record Scanned(
    CsvLayout layout,
    long bytes,
    int batches,
    long rows,
    long rejected,
    List<RowError> headerWarnings,
    List<Row> sample)
    implements ScanOutcome {
  public Scanned {
    headerWarnings = List.copyOf(headerWarnings);
    sample = List.copyOf(sample);
  }

  /** Data rows that are imported. */
  public long accepted() {
    return rows - rejected;
  }
}
