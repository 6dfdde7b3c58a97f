package io.skein.discovery.csv;

/** Reads one batch from the bytes of its range alone, with the verdicts of the scan. */
public final class BatchReader {
  private BatchReader() {}

  /**
   * Reads the rows of a batch.
   *
   * @param bytes exactly the bytes {@code byteFrom} to {@code byteTo} of the file
   * @throws IllegalArgumentException when the bytes are not those of the batch
   */
  public static ParsedBatch read(byte[] bytes, Batch batch, CsvLayout layout, CsvLimits limits) {
    if (bytes.length != batch.byteTo() - batch.byteFrom()) {
      throw new IllegalArgumentException(
          "Batch "
              + batch.n()
              + " has "
              + (batch.byteTo() - batch.byteFrom())
              + " bytes, but "
              + bytes.length
              + " were given");
    }
    RecordReader record = new RecordReader(layout.dialect(), limits);
    record.expectCells(layout.header().size());
    RowAssembler rows = new RowAssembler(layout);
    long line = batch.firstLine();
    int at = 0;
    while (at < bytes.length) {
      RecordReader.Found found = record.next(bytes, at, bytes.length, true);
      if (found == RecordReader.Found.UNCLOSED_QUOTE) {
        // The scan saw what follows the range and found the row broken; the range ends before that.
        found = record.breakOff(bytes, at, bytes.length);
      }
      if (found != RecordReader.Found.RECORD && found != RecordReader.Found.BROKEN_QUOTES) {
        throw new IllegalArgumentException(
            "The bytes given for batch "
                + batch.n()
                + " are not those that were scanned: "
                + found
                + " at "
                + (batch.byteFrom() + at));
      }
      rows.take(found, record, bytes, batch.firstRow() + rows.count(), line);
      line += record.lineBreaks();
      at = record.end();
    }
    if (rows.count() != batch.rows()) {
      throw new IllegalArgumentException(
          "Batch "
              + batch.n()
              + " has "
              + batch.rows()
              + " rows, but "
              + rows.count()
              + " were read from the bytes given");
    }
    return rows.finish(batch);
  }

  /** Reads the rows of a batch that was scanned with the default limits. */
  public static ParsedBatch read(byte[] bytes, Batch batch, CsvLayout layout) {
    return read(bytes, batch, layout, CsvLimits.DEFAULT);
  }
}
