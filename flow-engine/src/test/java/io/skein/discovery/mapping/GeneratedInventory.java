package io.skein.discovery.mapping;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A made-up inventory of which the truth is known. */
record GeneratedInventory(List<GeneratedColumn> columns, int rows) {
  /**
   * One column of it.
   *
   * @param truth the fields that are right for it; empty when none is
   * @param style how its name was chosen
   */
  record GeneratedColumn(String name, Set<Field> truth, Style style, List<String> values) {}

  enum Style {
    CLEAN,
    FOREIGN,
    ODD,
    MISSING,
    MISLEADING,
    DECOY
  }

  String csv() {
    StringBuilder csv =
        new StringBuilder(
                columns.stream()
                    .map(column -> quoted(column.name()))
                    .collect(Collectors.joining(",")))
            .append('\n');
    for (int row = 0; row < rows; row++) {
      int n = row;
      csv.append(
              columns.stream()
                  .map(column -> quoted(column.values().get(n)))
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return csv.toString();
  }

  private static String quoted(String cell) {
    return '"' + cell.replace("\"", "\"\"") + '"';
  }
}
