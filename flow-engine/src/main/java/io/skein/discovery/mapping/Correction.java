package io.skein.discovery.mapping;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the user says of a column.
 *
 * @param file null for every file that has the column
 * @param field name of a {@link Field} as the user wrote it; null for "none: do not import"
 */
public record Correction(@Nullable String file, String column, @Nullable String field) {
  public Correction {
    Objects.requireNonNull(column);
  }
}
