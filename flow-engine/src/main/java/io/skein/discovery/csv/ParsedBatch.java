package io.skein.discovery.csv;

import java.util.List;

/**
 * The content of one batch.
 *
 * @param rows accepted rows, in order
 * @param errors rejected rows and warnings, in order
 */
public record ParsedBatch(Batch batch, List<Row> rows, List<RowError> errors) {
  public ParsedBatch {
    rows = List.copyOf(rows);
    errors = List.copyOf(errors);
  }
}
