package io.skein.discovery.csv;

/** The words for what the record reader stops at. */
final class Refusals {
  private Refusals() {}

  static Refusal of(RecordReader.Found found, RecordReader record, long line, CsvLimits limits) {
    return switch (found) {
      case UNCLOSED_QUOTE ->
          new Refusal(
              "unclosed_quote",
              "A quote opened in the row that starts on line "
                  + line
                  + " (cell "
                  + (record.cells() + 1)
                  + ") is never closed. Close it, or remove it, and upload the file again.");
      case CELL_TOO_LARGE ->
          new Refusal(
              "cell_too_large",
              "A cell in the row on line "
                  + line
                  + " (cell "
                  + (record.cells() + 1)
                  + ") is larger than "
                  + limits.maxCellBytes()
                  + " bytes. Shorten or remove it and upload the file again.");
      case ROW_TOO_LARGE ->
          new Refusal(
              "row_too_large",
              "The row on line "
                  + line
                  + " is larger than "
                  + limits.maxRowBytes()
                  + " bytes. Check its line ends, or shorten it, and upload the file again.");
      case NUL_BYTE -> ContentSniffer.nulByte(line);
      case RECORD, BROKEN_QUOTES, NEED_MORE ->
          throw new IllegalStateException(found + " is no reason to refuse a file");
    };
  }

  static Refusal brokenQuotes(long line) {
    return new Refusal(
        "broken_quotes",
        "Too many quotes up to line "
            + line
            + " are opened but not closed. Export the file again with its quotes doubled inside cells, and upload that file.");
  }
}
