package io.skein.discovery.csv;

import io.skein.discovery.csv.RowError.Severity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decides on each record: a row, an error, or blank. The scan and the batch reader both ask it, so
 * they cannot disagree. Not thread-safe.
 */
final class RowAssembler {
  private static final String BROKEN =
      "The quotes in this line make no sense: a cell opens with a quote that is not closed at its end. Close it, or double the quotes inside the cell.";

  private final Header header;
  private final CellDecoder decoder;
  private List<Row> rows = new ArrayList<>();
  private List<RowError> errors = new ArrayList<>();
  private int count;
  private int rejected;

  RowAssembler(CsvLayout layout) {
    header = layout.header();
    decoder = new CellDecoder(layout.dialect());
  }

  /** Rows taken since the last batch, rejected ones included. */
  int count() {
    return count;
  }

  int rejected() {
    return rejected;
  }

  /** Takes what the reader just found. Blank records do not count as rows. */
  void take(RecordReader.Found found, RecordReader record, byte[] bytes, long number, long line) {
    if (found == RecordReader.Found.RECORD) {
      takeRecord(record, bytes, number, line);
    } else {
      int shown = Math.min(record.begin() + 1_000, record.end());
      String start = decoder.decode(bytes, record.begin(), shown, false).strip();
      reject(
          new RowError(number, line, header.names().getFirst(), start, BROKEN, Severity.REJECTED));
    }
  }

  /** Ends the batch and hands over its content. */
  ParsedBatch finish(Batch batch) {
    ParsedBatch parsed = new ParsedBatch(batch, rows, errors);
    rows = new ArrayList<>();
    errors = new ArrayList<>();
    count = 0;
    rejected = 0;
    return parsed;
  }

  private void takeRecord(RecordReader record, byte[] bytes, long number, long line) {
    int filled = filledCells(record, bytes);
    if (filled == 0) {
      return;
    }
    int columns = header.size();
    if (filled > columns) {
      int surplus = firstFilled(record, bytes, columns);
      String value =
          decoder.decode(
              bytes, record.start(surplus), record.end(surplus), record.hasDoubledQuotes(surplus));
      reject(
          new RowError(
              number,
              line,
              "column_" + (surplus + 1),
              value,
              "The row has " + filled + " cells, but the header has " + columns + " columns.",
              Severity.REJECTED));
    } else if (record.cells() < columns) {
      String missing = header.names().get(record.cells());
      reject(
          new RowError(
              number,
              line,
              missing,
              "",
              "The row has "
                  + record.cells()
                  + " cells, but the header has "
                  + columns
                  + " columns; \""
                  + missing
                  + "\" is the first that is missing.",
              Severity.REJECTED));
    } else {
      accept(record, bytes, number, line);
    }
  }

  private void accept(RecordReader record, byte[] bytes, long number, long line) {
    String[] cells = new String[header.size()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = decoder.decode(bytes, record.start(i), record.end(i), record.hasDoubledQuotes(i));
      if (decoder.fellBack()) {
        errors.add(
            new RowError(
                number,
                line,
                header.names().get(i),
                cells[i],
                "The cell is not valid UTF-8 like the rest of the file; it was read as windows-1252.",
                Severity.WARNING));
      }
    }
    rows.add(new Row(number, line, Arrays.asList(cells)));
    count++;
  }

  private void reject(RowError error) {
    errors.add(error);
    count++;
    rejected++;
  }

  /** Cells up to the last that is not blank. */
  private static int filledCells(RecordReader record, byte[] bytes) {
    int filled = record.cells();
    while (filled > 0 && isBlank(record, bytes, filled - 1)) {
      filled--;
    }
    return filled;
  }

  private static int firstFilled(RecordReader record, byte[] bytes, int from) {
    int cell = from;
    while (isBlank(record, bytes, cell)) {
      cell++;
    }
    return cell;
  }

  private static boolean isBlank(RecordReader record, byte[] bytes, int cell) {
    for (int i = record.start(cell); i < record.end(cell); i++) {
      if (bytes[i] != ' ' && bytes[i] != '\t') {
        return false;
      }
    }
    return true;
  }
}
