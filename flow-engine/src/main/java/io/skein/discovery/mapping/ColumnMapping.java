package io.skein.discovery.mapping;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one column is taken to hold.
 *
 * @param column its unique name in the file
 * @param index its 0-based place in a row
 * @param field null when no field fits: the column is not imported
 * @param confidence that the field is right, 0 to 1; 0 without a field
 * @param alternatives other fields, best first
 * @param evidence sentences for the user
 * @param unit unit of a bare number in a memory or storage column, if it could be told
 */
public record ColumnMapping(
    String column,
    int index,
    @Nullable Field field,
    double confidence,
    List<Alternative> alternatives,
    List<String> evidence,
    @Nullable Unit unit) {
  public ColumnMapping {
    Objects.requireNonNull(column);
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("Confidence must be between 0 and 1, not " + confidence);
    }
    alternatives = List.copyOf(alternatives);
    evidence = List.copyOf(evidence);
  }
}
