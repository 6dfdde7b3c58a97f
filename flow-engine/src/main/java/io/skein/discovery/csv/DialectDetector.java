package io.skein.discovery.csv;

/**
 * Finds delimiter and quote from a sample: the delimiter under which most rows have as many cells
 * as the first one.
 */
final class DialectDetector {
  private static final char[] DELIMITERS = {',', ';', '\t', '|'};
  private static final int RECORDS = 300;

  private final byte[] bytes;
  private final int from;
  private final int to;
  private final boolean ended;

  /**
   * @param ended whether the sample is the whole file
   */
  DialectDetector(byte[] bytes, int from, int to, boolean ended) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.ended = ended;
  }

  private record Fit(Dialect dialect, double score, int columns, double quotedShare, int broken) {}

  /** The best dialect; a comma when nothing speaks for any. */
  Dialect detect(Encoding encoding) {
    Fit best = fit(new Dialect(encoding, DELIMITERS[0], '"'));
    for (int i = 1; i < DELIMITERS.length; i++) {
      Fit fit = fit(new Dialect(encoding, DELIMITERS[i], '"'));
      if (fit.score() > best.score()) {
        best = fit;
      }
    }
    if (!holds('"') && holds('\'')) {
      Fit single = best;
      for (char delimiter : DELIMITERS) {
        Fit fit = fit(new Dialect(encoding, delimiter, '\''));
        if (fit.quotedShare() > 0.2 && fit.broken() == 0 && fit.score() >= single.score()) {
          single = fit;
        }
      }
      best = single;
    }
    return best.dialect();
  }

  private Fit fit(Dialect dialect) {
    RecordReader record = new RecordReader(dialect, CsvLimits.DEFAULT);
    int at = from;
    int columns = 0;
    int records = 0;
    int alike = 0;
    int broken = 0;
    long cells = 0;
    long quoted = 0;
    while (at < to && records < RECORDS) {
      RecordReader.Found found = record.next(bytes, at, to, ended);
      if (found != RecordReader.Found.RECORD && found != RecordReader.Found.BROKEN_QUOTES) {
        break;
      }
      at = record.end();
      boolean blank = record.cells() == 1 && record.start(0) == record.end(0);
      if (blank) {
        continue;
      }
      broken += found == RecordReader.Found.BROKEN_QUOTES ? 1 : 0;
      cells += record.cells();
      quoted += record.quotedCells();
      if (columns == 0) {
        columns =
            found == RecordReader.Found.RECORD && record.strayQuotes() == 0 ? record.cells() : 1;
      } else {
        records++;
        alike +=
            found == RecordReader.Found.RECORD
                    && record.strayQuotes() == 0
                    && record.cells() == columns
                ? 1
                : 0;
      }
    }
    double consistency = records == 0 ? 1 : (double) alike / records;
    double score = columns < 2 ? 0 : (0.05 + consistency) * Math.log(1 + columns);
    return new Fit(dialect, score, columns, cells == 0 ? 0 : (double) quoted / cells, broken);
  }

  private boolean holds(char character) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == character) {
        return true;
      }
    }
    return false;
  }
}
