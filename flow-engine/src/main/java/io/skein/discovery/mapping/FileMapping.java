package io.skein.discovery.mapping;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The mapping of one file.
 *
 * @param role what the file lists
 * @param roleConfidence that the role is right, 0 to 1
 * @param columns every column, in order
 */
public record FileMapping(
    String file, Role role, double roleConfidence, List<ColumnMapping> columns) {
  public FileMapping {
    Objects.requireNonNull(file);
    Objects.requireNonNull(role);
    columns = List.copyOf(columns);
  }

  /** The columns that hold the field, in order; at most one unless the field is repeatable. */
  public List<ColumnMapping> columnsOf(Field field) {
    return columns.stream().filter(column -> column.field() == field).toList();
  }

  /** The first column that holds the field. */
  public Optional<ColumnMapping> columnOf(Field field) {
    return columns.stream().filter(column -> column.field() == field).findFirst();
  }

  /** The lowest confidence of what would be used: of the role and of each mapped column. */
  public double confidence() {
    return columns.stream()
        .filter(column -> column.field() != null)
        .mapToDouble(ColumnMapping::confidence)
        .reduce(roleConfidence, Math::min);
  }

  /** Whether a person has to look at it first. */
  public boolean needsApproval() {
    return role == Role.UNKNOWN || confidence() < Mapping.THRESHOLD;
  }
}
