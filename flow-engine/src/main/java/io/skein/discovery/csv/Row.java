package io.skein.discovery.csv;

import java.util.List;

/**
 * One accepted row.
 *
 * @param number 1-based among the data rows; rejected rows are counted, blank ones are not
 * @param line 1-based physical line on which the row starts
 * @param cells exactly as many as the header has columns; as written, not trimmed
 */
public record Row(long number, long line, List<String> cells) {
  public Row {
    cells = List.copyOf(cells);
  }
}
