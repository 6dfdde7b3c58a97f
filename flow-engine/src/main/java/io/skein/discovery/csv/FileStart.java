package io.skein.discovery.csv;

import io.skein.discovery.csv.RowError.Severity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything before the first data row: dialect and header. Leaves the window on the first data
 * row.
 */
final class FileStart {
  private final ByteWindow window;
  private final CsvLimits limits;
  private final List<RowError> warnings = new ArrayList<>();
  private @Nullable CsvLayout layout;
  private long line = 1;

  /**
   * @param window filled with a sample, after the byte order mark
   */
  FileStart(ByteWindow window, CsvLimits limits) {
    this.window = window;
    this.limits = limits;
  }

  CsvLayout layout() {
    if (layout == null) {
      throw new IllegalStateException("The start of the file was not read");
    }
    return layout;
  }

  List<RowError> warnings() {
    return warnings;
  }

  /** Physical line of the first data row. */
  long line() {
    return line;
  }

  @Nullable Refusal read() {
    skipBlankLines();
    byte[] bytes = window.bytes();
    if (window.from() == window.to()) {
      return new Refusal(
          "empty_file",
          "The file is empty. Export the list again and upload a CSV file with a header and rows.");
    }
    Encoding encoding = EncodingDetector.detect(bytes, window.from(), window.to());
    Character declared = declaredDelimiter();
    Dialect dialect =
        declared != null
            ? new Dialect(encoding, declared, '"')
            : new DialectDetector(bytes, window.from(), window.to(), window.ended())
                .detect(encoding);
    RecordReader record = new RecordReader(dialect, limits);
    RecordReader.Found found = record.next(bytes, window.from(), window.to(), window.ended());
    return switch (found) {
      case RECORD -> readHeader(record, dialect);
      case BROKEN_QUOTES ->
          new Refusal(
              "broken_quotes",
              "The quotes in the header on line "
                  + line
                  + " make no sense. Close them, or double those inside a name, and upload the file again.");
      case NEED_MORE ->
          new Refusal(
              "row_too_large",
              "The header on line "
                  + line
                  + " is longer than "
                  + window.to()
                  + " bytes; perhaps a quote in it is never closed. Correct it and upload the file again.");
      default -> Refusals.of(found, record, line, limits);
    };
  }

  private @Nullable Refusal readHeader(RecordReader record, Dialect dialect) {
    if (record.cells() > limits.maxColumns()) {
      return new Refusal(
          "too_many_columns",
          "The file has "
              + record.cells()
              + " columns; at most "
              + limits.maxColumns()
              + " are read. Remove those that are not needed and upload it again.");
    }
    List<String> cells = cellsOf(record, dialect);
    int lines = record.lineBreaks();
    int end = record.end();
    int columns = Math.max(usedColumns(cells), widestRow(dialect, end, cells.size()));
    if (columns < 2) {
      return new Refusal(
          "one_column",
          "Only one column was found (\""
              + cells.getFirst().strip()
              + "\"). An inventory needs at least two, separated by commas, semicolons, tabs or bars. Check the delimiter, or add a column, for example the environment, and upload the file again.");
    }
    cells = cells.subList(0, columns);
    if (HeaderReader.looksLikeData(cells)) {
      warnings.add(
          new RowError(
              0,
              line,
              "column_1",
              cells.getFirst(),
              "The first line holds values, not column names, so it was read as a row; the columns are called column_1, column_2 and so on.",
              Severity.WARNING));
      cells = cells.stream().map(cell -> "").toList();
      layout = new CsvLayout(dialect, new HeaderReader(cells, line).header());
      return null;
    }
    HeaderReader header = new HeaderReader(cells, line);
    warnings.addAll(header.warnings());
    layout = new CsvLayout(dialect, header.header());
    line += lines;
    window.consumeTo(end);
    return null;
  }

  /** Columns up to the last that has a name. */
  private static int usedColumns(List<String> cells) {
    int used = cells.size();
    while (used > 0 && cells.get(used - 1).isBlank()) {
      used--;
    }
    return used;
  }

  /**
   * How many of the header's cells some row of the sample fills: trailing columns without a name
   * and without a value are only delimiters.
   */
  private int widestRow(Dialect dialect, int from, int headerCells) {
    RecordReader record = new RecordReader(dialect, limits);
    CellDecoder decoder = new CellDecoder(dialect);
    int widest = 0;
    int at = from;
    while (at < window.to()
        && widest < headerCells
        && record.next(window.bytes(), at, window.to(), window.ended())
            == RecordReader.Found.RECORD) {
      at = record.end();
      for (int cell = Math.min(headerCells, record.cells()) - 1; cell >= widest; cell--) {
        if (!decoder
            .decode(window.bytes(), record.start(cell), record.end(cell), false)
            .isBlank()) {
          widest = cell + 1;
        }
      }
    }
    return widest;
  }

  private List<String> cellsOf(RecordReader record, Dialect dialect) {
    CellDecoder decoder = new CellDecoder(dialect);
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < record.cells(); i++) {
      cells.add(
          decoder.decode(
              window.bytes(), record.start(i), record.end(i), record.hasDoubledQuotes(i)));
    }
    return cells;
  }

  private void skipBlankLines() {
    byte[] bytes = window.bytes();
    for (int at = window.from(); at < window.to(); at++) {
      if (bytes[at] == '\n') {
        line++;
        window.consumeTo(at + 1);
      } else if (bytes[at] == '\r') {
        line += at + 1 < window.to() && bytes[at + 1] == '\n' ? 0 : 1;
        window.consumeTo(at + 1);
      } else if (bytes[at] != ' ') {
        return;
      }
    }
    window.consumeTo(window.to());
  }

  /** Spreadsheets write {@code sep=;} as a first line of its own. */
  private @Nullable Character declaredDelimiter() {
    byte[] bytes = window.bytes();
    int from = window.from();
    if (window.to() - from < 6
        || !new String(bytes, from, 4, StandardCharsets.ISO_8859_1).equalsIgnoreCase("sep=")) {
      return null;
    }
    char delimiter = (char) bytes[from + 4];
    boolean lineEnds = bytes[from + 5] == '\n' || bytes[from + 5] == '\r';
    if (!lineEnds || ",;\t|".indexOf(delimiter) < 0) {
      return null;
    }
    window.consumeTo(from + 5);
    skipBlankLines();
    return delimiter;
  }
}
