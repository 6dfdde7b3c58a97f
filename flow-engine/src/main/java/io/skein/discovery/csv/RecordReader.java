package io.skein.discovery.csv;

import java.util.Arrays;

/**
 * Finds the next record and its cells in bytes. Not thread-safe; one instance reads one file.
 *
 * <p>Our own, because the libraries know byte ranges of files on disk only, and none of them comes
 * back from a quote that is never closed: here the row on which it opened is broken, and reading
 * goes on with the next physical line. The verdict on a record depends on nothing but the bytes
 * from its start, so a worker that sees only a range of whole records reaches the same one.
 */
final class RecordReader {
  /** What was found. */
  enum Found {
    RECORD,
    /** The quotes make no sense; {@link #end()} is the end of the first physical line. */
    BROKEN_QUOTES,
    /** The record goes on past the bytes. */
    NEED_MORE,
    UNCLOSED_QUOTE,
    CELL_TOO_LARGE,
    ROW_TOO_LARGE,
    NUL_BYTE
  }

  private static final byte DELIMITER = 1;
  private static final byte QUOTE = 2;
  private static final byte LF = 3;
  private static final byte CR = 4;
  private static final byte NUL = 5;

  private final byte[] kinds = new byte[256];
  private final CsvLimits limits;
  private int expectedCells;
  private int[] starts = new int[32];
  private int[] ends = new int[32];
  private boolean[] doubled = new boolean[32];
  private int cells;
  private int quoted;
  private int strayQuotes;
  private int lineBreaks;
  private int begin;
  private int end;
  private int examined;

  RecordReader(Dialect dialect, CsvLimits limits) {
    this.limits = limits;
    kinds[dialect.delimiter()] = DELIMITER;
    kinds[dialect.quote()] = QUOTE;
    kinds['\n'] = LF;
    kinds['\r'] = CR;
    kinds[0] = NUL;
  }

  /** Once the header is known, a quoted cell that swallows whole rows is recognised. */
  void expectCells(int columns) {
    expectedCells = columns;
  }

  int cells() {
    return cells;
  }

  int quotedCells() {
    return quoted;
  }

  /** Quotes in the middle of cells that are not quoted: a sign of the wrong delimiter. */
  int strayQuotes() {
    return strayQuotes;
  }

  /** Physical line ends in the record, its own included. */
  int lineBreaks() {
    return lineBreaks;
  }

  /** Index of the record's first byte. */
  int begin() {
    return begin;
  }

  /** Index after the record and its line end. */
  int end() {
    return end;
  }

  /** How far the reader had to look for its verdict. */
  int examined() {
    return examined;
  }

  int start(int cell) {
    return starts[cell];
  }

  int end(int cell) {
    return ends[cell];
  }

  boolean hasDoubledQuotes(int cell) {
    return doubled[cell];
  }

  /**
   * Reads the record that starts at {@code from}, which must be before {@code to}.
   *
   * @param ended whether nothing follows after {@code to}
   */
  Found next(byte[] bytes, int from, int to, boolean ended) {
    cells = 0;
    quoted = 0;
    strayQuotes = 0;
    lineBreaks = 0;
    begin = from;
    examined = from;
    Found found = read(bytes, from, to, ended);
    return switch (found) {
      case RECORD -> swallowsRows(bytes, from) ? brokenAt(bytes, from, to, ended) : found;
      case BROKEN_QUOTES -> brokenAt(bytes, from, to, ended);
      case NEED_MORE -> to - from > limits.maxRowBytes() ? Found.ROW_TOO_LARGE : found;
      default -> found;
    };
  }

  /** Gives up the record at {@code from} after its first physical line. */
  Found breakOff(byte[] bytes, int from, int to) {
    return brokenAt(bytes, from, to, true);
  }

  private Found read(byte[] bytes, int from, int to, boolean ended) {
    int at = from;
    while (true) {
      int text = at;
      while (text < to && bytes[text] == ' ') {
        text++;
      }
      boolean quotedCell = text < to && kind(bytes[text]) == QUOTE;
      Found found =
          quotedCell ? quotedCell(bytes, text, to, ended) : plainCell(bytes, at, to, ended);
      if (found != Found.RECORD) {
        return found;
      }
      at = examined;
      if (at - from > limits.maxRowBytes()) {
        return Found.ROW_TOO_LARGE;
      }
      if (at == to) {
        end = to;
        return Found.RECORD;
      }
      if (kind(bytes[at]) != DELIMITER) {
        lineBreaks++;
        end = afterLineEnd(bytes, at, to);
        return Found.RECORD;
      }
      at++;
    }
  }

  /** Leaves {@link #examined} on the delimiter, line end or end of input after the cell. */
  private Found plainCell(byte[] bytes, int start, int to, boolean ended) {
    int at = start;
    byte kind = 0;
    for (; at < to; at++) {
      kind = kind(bytes[at]);
      if (kind == QUOTE) {
        strayQuotes++;
      } else if (kind != 0) {
        break;
      }
    }
    examined = at;
    if (at - start > limits.maxCellBytes()) {
      return Found.CELL_TOO_LARGE;
    }
    if (at < to && kind == NUL) {
      return Found.NUL_BYTE;
    }
    if (!ended && (at == to || (kind == CR && at + 1 == to))) {
      return Found.NEED_MORE;
    }
    add(start, at, false);
    return Found.RECORD;
  }

  private Found quotedCell(byte[] bytes, int openingQuote, int to, boolean ended) {
    boolean anyDoubled = false;
    int at = openingQuote + 1;
    int breaksBefore = lineBreaks;
    while (true) {
      if (at - openingQuote > limits.maxCellBytes()) {
        examined = at;
        return lineBreaks > breaksBefore ? Found.UNCLOSED_QUOTE : Found.CELL_TOO_LARGE;
      }
      if (at >= to) {
        examined = to;
        return ended ? Found.UNCLOSED_QUOTE : Found.NEED_MORE;
      }
      byte kind = kind(bytes[at]);
      if (kind == QUOTE) {
        if (at + 1 == to && !ended) {
          return Found.NEED_MORE;
        }
        if (at + 1 == to || kind(bytes[at + 1]) != QUOTE) {
          break;
        }
        anyDoubled = true;
        at += 2;
        continue;
      }
      if (kind == NUL) {
        examined = at;
        return Found.NUL_BYTE;
      }
      if (kind == LF || (kind == CR && (at + 1 == to || bytes[at + 1] != '\n'))) {
        lineBreaks++;
      }
      at++;
    }
    add(openingQuote + 1, at, anyDoubled);
    quoted++;
    return afterClosingQuote(bytes, at + 1, to, ended);
  }

  private Found afterClosingQuote(byte[] bytes, int start, int to, boolean ended) {
    int at = start;
    while (at < to && bytes[at] == ' ') {
      at++;
    }
    examined = at;
    if (at == to) {
      return ended ? Found.RECORD : Found.NEED_MORE;
    }
    return switch (kind(bytes[at])) {
      case DELIMITER, LF -> Found.RECORD;
      case CR -> at + 1 == to && !ended ? Found.NEED_MORE : Found.RECORD;
      default -> Found.BROKEN_QUOTES;
    };
  }

  private void add(int start, int end, boolean hasDoubled) {
    if (cells == starts.length) {
      starts = Arrays.copyOf(starts, 2 * cells);
      ends = Arrays.copyOf(ends, 2 * cells);
      doubled = Arrays.copyOf(doubled, 2 * cells);
    }
    starts[cells] = start;
    ends[cells] = end;
    doubled[cells] = hasDoubled;
    cells++;
  }

  private Found brokenAt(byte[] bytes, int from, int to, boolean ended) {
    for (int at = from; at < to; at++) {
      byte kind = kind(bytes[at]);
      if (kind == LF || kind == CR) {
        if (kind == CR && at + 1 == to && !ended) {
          return Found.NEED_MORE;
        }
        end = afterLineEnd(bytes, at, to);
        lineBreaks = 1;
        return Found.BROKEN_QUOTES;
      }
    }
    end = to;
    lineBreaks = 0;
    return ended ? Found.BROKEN_QUOTES : Found.NEED_MORE;
  }

  /**
   * Two stray quotes can enclose many rows and still leave the right number of cells: then the
   * lines between look like rows of this file themselves.
   */
  private boolean swallowsRows(byte[] bytes, int from) {
    if (lineBreaks < 4 || expectedCells < 3) {
      return false;
    }
    int line = 0;
    int delimiters = 0;
    int inner = 0;
    int alike = 0;
    for (int at = from; at < end && line < lineBreaks - 1; at++) {
      byte kind = kind(bytes[at]);
      if (kind == DELIMITER) {
        delimiters++;
      } else if (kind == LF || (kind == CR && (at + 1 == end || bytes[at + 1] != '\n'))) {
        if (line > 0) {
          inner++;
          alike += delimiters == expectedCells - 1 ? 1 : 0;
        }
        line++;
        delimiters = 0;
      }
    }
    return inner >= 2 && alike * 5 >= inner * 4;
  }

  private static int afterLineEnd(byte[] bytes, int at, int to) {
    return bytes[at] == '\r' && at + 1 < to && bytes[at + 1] == '\n' ? at + 2 : at + 1;
  }

  private byte kind(byte value) {
    return kinds[value & 0xff];
  }
}
