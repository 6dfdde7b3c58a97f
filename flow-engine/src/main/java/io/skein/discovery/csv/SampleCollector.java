package io.skein.discovery.csv;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the first rows and, of the rest, every n-th; when that grows too long, half of it goes and
 * n doubles. At most 600 rows and about 4 MiB in memory, whatever the file is like: of wide rows
 * there are fewer, and their cells are shorter. The same on every run.
 */
final class SampleCollector {
  private static final int FIRST = 200;
  private static final int SPREAD = 400;
  private static final int LONGEST_CELL = 300;
  private static final int SHORTEST_BOUND = 20;

  /** Characters of one row, before its cells are cut further. */
  private static final int ROW_BUDGET = 24 * 1024;

  /** What each half of the sample may weigh. */
  private static final int BUDGET = 1 << 20;

  /** What a cell weighs besides its characters. */
  private static final int CELL_WEIGHT = 40;

  private final List<Row> first = new ArrayList<>();
  private List<Row> spread = new ArrayList<>();
  private long firstWeight;
  private long spreadWeight;
  private long stride = 1;
  private long seen;
  private boolean firstIsFull;

  void add(Row row) {
    if (!firstIsFull) {
      Row kept = shortened(row);
      first.add(kept);
      firstWeight += weight(kept);
      firstIsFull = first.size() == FIRST || firstWeight >= BUDGET;
    } else if (seen++ % stride == 0) {
      Row kept = shortened(row);
      spread.add(kept);
      spreadWeight += weight(kept);
      if (spread.size() == SPREAD || (spreadWeight >= BUDGET && spread.size() > 1)) {
        halve();
      }
    }
  }

  List<Row> rows() {
    List<Row> all = new ArrayList<>(first);
    all.addAll(spread);
    return all;
  }

  private void halve() {
    List<Row> half = new ArrayList<>();
    for (int i = 0; i < spread.size(); i += 2) {
      half.add(spread.get(i));
    }
    spread = half;
    spreadWeight = half.stream().mapToLong(SampleCollector::weight).sum();
    stride *= 2;
  }

  private static long weight(Row row) {
    return row.cells().stream().mapToLong(cell -> cell.length() + CELL_WEIGHT).sum();
  }

  private static Row shortened(Row row) {
    int most =
        Math.clamp(ROW_BUDGET / Math.max(1, row.cells().size()), SHORTEST_BOUND, LONGEST_CELL);
    if (row.cells().stream().noneMatch(cell -> cell.length() > most)) {
      return row;
    }
    return new Row(
        row.number(),
        row.line(),
        row.cells().stream()
            .map(cell -> cell.length() > most ? cell.substring(0, most) : cell)
            .toList());
  }
}
