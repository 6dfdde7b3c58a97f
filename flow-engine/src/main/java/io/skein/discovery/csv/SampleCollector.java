package io.skein.discovery.csv;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the first rows and, of the rest, every n-th; when that grows too long, half of it goes and
 * n doubles. Bounded and the same on every run.
 */
final class SampleCollector {
  private static final int FIRST = 200;
  private static final int SPREAD = 400;
  private static final int LONGEST_CELL = 300;

  private final List<Row> first = new ArrayList<>();
  private List<Row> spread = new ArrayList<>();
  private long stride = 1;
  private long seen;

  void add(Row row) {
    if (first.size() < FIRST) {
      first.add(shortened(row));
    } else if (seen++ % stride == 0) {
      spread.add(shortened(row));
      if (spread.size() == SPREAD) {
        List<Row> half = new ArrayList<>();
        for (int i = 0; i < SPREAD; i += 2) {
          half.add(spread.get(i));
        }
        spread = half;
        stride *= 2;
      }
    }
  }

  List<Row> rows() {
    List<Row> all = new ArrayList<>(first);
    all.addAll(spread);
    return all;
  }

  private static Row shortened(Row row) {
    if (row.cells().stream().noneMatch(cell -> cell.length() > LONGEST_CELL)) {
      return row;
    }
    return new Row(
        row.number(),
        row.line(),
        row.cells().stream()
            .map(cell -> cell.length() > LONGEST_CELL ? cell.substring(0, LONGEST_CELL) : cell)
            .toList());
  }
}
