package io.skein.discovery.mapping;

import io.skein.discovery.mapping.CorrectionOutcome.Corrected;
import io.skein.discovery.mapping.CorrectionOutcome.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts the user's corrections into a mapping, or says which one is impossible. */
final class Corrections {
  private final Mapping mapping;
  private final Map<Place, Optional<Field>> wanted = new LinkedHashMap<>();

  private record Place(int file, int column) {}

  Corrections(Mapping mapping) {
    this.mapping = mapping;
  }

  CorrectionOutcome apply(List<Correction> corrections) {
    for (Correction correction : corrections) {
      Refused refused = understand(correction);
      if (refused != null) {
        return refused;
      }
    }
    Refused twice = usedTwice();
    if (twice != null) {
      return twice;
    }
    List<FileMapping> files = new ArrayList<>();
    for (int i = 0; i < mapping.files().size(); i++) {
      files.add(corrected(i));
    }
    return new Corrected(new Mapping(files));
  }

  private @Nullable Refused understand(Correction correction) {
    List<FileMapping> files = mapping.files();
    String file = correction.file();
    if (file != null && files.stream().noneMatch(known -> known.file().equals(file))) {
      return refused(
          "unknown_file", file, files.stream().map(FileMapping::file).toList(), "There is no file");
    }
    String fieldName = correction.field();
    Optional<Field> field = fieldName == null ? Optional.empty() : Field.named(fieldName);
    if (fieldName != null && field.isEmpty()) {
      return refused(
          "unknown_field",
          fieldName,
          Arrays.stream(Field.values()).map(Field::toString).toList(),
          "There is no field");
    }
    boolean found = false;
    for (int i = 0; i < files.size(); i++) {
      if (file == null || files.get(i).file().equals(file)) {
        for (ColumnMapping column : files.get(i).columns()) {
          if (column.column().equals(correction.column())) {
            wanted.put(new Place(i, column.index()), field);
            found = true;
          }
        }
      }
    }
    return found
        ? null
        : refused("unknown_column", correction.column(), columnsOf(file), "There is no column");
  }

  private List<String> columnsOf(@Nullable String file) {
    return mapping.files().stream()
        .filter(known -> file == null || known.file().equals(file))
        .flatMap(known -> known.columns().stream())
        .map(ColumnMapping::column)
        .distinct()
        .toList();
  }

  private static Refused refused(
      String code, String offending, List<String> available, String sentence) {
    return new Refused(
        code,
        offending,
        available,
        sentence
            + " named \""
            + offending
            + "\". Use one of: "
            + String.join(", ", available)
            + ".");
  }

  private @Nullable Refused usedTwice() {
    Map<List<Object>, Place> holders = new LinkedHashMap<>();
    for (var entry : wanted.entrySet()) {
      Field field = entry.getValue().orElse(null);
      if (field != null && !field.repeatable()) {
        Place other = holders.put(List.of(entry.getKey().file(), field), entry.getKey());
        if (other != null) {
          List<ColumnMapping> columns = mapping.files().get(other.file()).columns();
          List<String> both =
              List.of(
                  columns.get(other.column()).column(),
                  columns.get(entry.getKey().column()).column());
          return new Refused(
              "field_used_twice",
              field.toString(),
              both,
              "The field "
                  + field
                  + " can be held by one column only. Give it to one of: "
                  + String.join(", ", both)
                  + ".");
        }
      }
    }
    return null;
  }

  private FileMapping corrected(int fileIndex) {
    FileMapping file = mapping.files().get(fileIndex);
    List<ColumnMapping> columns =
        file.columns().stream().map(column -> corrected(fileIndex, column)).toList();
    boolean touched = wanted.keySet().stream().anyMatch(place -> place.file() == fileIndex);
    Role role = touched ? roleOf(columns, file.role()) : file.role();
    return new FileMapping(
        file.file(), role, role == file.role() ? file.roleConfidence() : 1, columns);
  }

  private ColumnMapping corrected(int fileIndex, ColumnMapping column) {
    Optional<Field> said = wanted.get(new Place(fileIndex, column.index()));
    if (said != null) {
      Field field = said.orElse(null);
      Unit unit = field == Field.MEMORY || field == Field.STORAGE ? column.unit() : null;
      return new ColumnMapping(
          column.column(),
          column.index(),
          field,
          field == null ? 0 : 1,
          column.alternatives(),
          List.of("Set by the user."),
          unit);
    }
    Field held = column.field();
    if (held != null && !held.repeatable() && takenFrom(fileIndex, held)) {
      return new ColumnMapping(
          column.column(),
          column.index(),
          null,
          0,
          column.alternatives(),
          List.of("The user gave " + held + " to another column."),
          null);
    }
    return column;
  }

  private boolean takenFrom(int fileIndex, Field field) {
    return wanted.entrySet().stream()
        .anyMatch(entry ->
            entry.getKey().file() == fileIndex
                && entry.getValue().filter(field::equals).isPresent());
  }

  /** The user's fields decide what the file lists; fields of both kinds leave it as it was. */
  private static Role roleOf(List<ColumnMapping> columns, Role before) {
    List<Role> roles =
        columns.stream()
            .map(ColumnMapping::field)
            .filter(field -> field != null)
            .map(Field::role)
            .distinct()
            .toList();
    return roles.size() == 1 ? roles.getFirst() : before;
  }
}
