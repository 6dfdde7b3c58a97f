package io.skein.discovery;

import io.skein.discovery.cleansing.RawAsset;
import io.skein.discovery.cleansing.SourceRow;
import io.skein.discovery.csv.Row;
import io.skein.discovery.dependencies.RawDependency;
import io.skein.discovery.mapping.ColumnMapping;
import io.skein.discovery.mapping.Field;
import io.skein.discovery.mapping.FileMapping;
import io.skein.discovery.mapping.Unit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the cells of a row by field, as the mapping says. Immutable. */
final class RowMapper {
  private final String file;
  private final Map<Field, List<ColumnMapping>> columns = new EnumMap<>(Field.class);

  RowMapper(FileMapping mapping) {
    this.file = mapping.file();
    for (ColumnMapping column : mapping.columns()) {
      Field field = column.field();
      if (field != null) {
        columns.computeIfAbsent(field, unused -> new ArrayList<>()).add(column);
      }
    }
  }

  RawAsset asset(Row row) {
    return RawAsset.at(file, row.number())
        .hostname(text(row, Field.HOSTNAME))
        .fqdn(text(row, Field.FQDN))
        .name(text(row, Field.NAME))
        .ipAddresses(text(row, Field.IP_ADDRESSES))
        .environment(text(row, Field.ENVIRONMENT))
        .osName(text(row, Field.OS_NAME))
        .osVersion(text(row, Field.OS_VERSION))
        .cpuCores(text(row, Field.CPU_CORES))
        .memory(text(row, Field.MEMORY))
        .memoryUnit(unit(Field.MEMORY))
        .storage(text(row, Field.STORAGE))
        .storageUnit(unit(Field.STORAGE))
        .site(text(row, Field.SITE))
        .owner(text(row, Field.OWNER))
        .status(text(row, Field.STATUS))
        .assetType(text(row, Field.ASSET_TYPE))
        .applications(text(row, Field.APPLICATIONS))
        .dependencies(text(row, Field.DEPENDENCIES))
        .virtualHost(text(row, Field.VIRTUAL_HOST))
        .externalId(text(row, Field.EXTERNAL_ID))
        .build();
  }

  RawDependency dependency(Row row) {
    return new RawDependency(
        new SourceRow(file, row.number()),
        text(row, Field.SOURCE_SERVER),
        text(row, Field.SOURCE_IP),
        text(row, Field.SOURCE_APPLICATION),
        text(row, Field.SOURCE_PROCESS),
        text(row, Field.DESTINATION_SERVER),
        text(row, Field.DESTINATION_IP),
        text(row, Field.DESTINATION_APPLICATION),
        text(row, Field.DESTINATION_PROCESS),
        text(row, Field.DESTINATION_PORT),
        text(row, Field.RELATIONSHIP));
  }

  /** The cell of the field; several columns of one field are joined by {@code ;}. */
  private @Nullable String text(Row row, Field field) {
    List<ColumnMapping> holders = columns.get(field);
    if (holders == null) {
      return null;
    }
    String text =
        holders.stream()
            .map(column -> row.cells().get(column.index()))
            .filter(cell -> !cell.isBlank())
            .collect(Collectors.joining(";"));
    return text.isEmpty() ? null : text;
  }

  /** The column that holds the field, for messages. */
  private String column(Field field) {
    List<ColumnMapping> holders = columns.get(field);
    return holders == null ? field.toString() : holders.getFirst().column();
  }

  /** The column of a field that the cleansing names in its own words, such as {@code osName}. */
  String columnOf(String cleansingField) {
    for (Field field : Field.values()) {
      if (field.toString().replace("_", "").equalsIgnoreCase(cleansingField)) {
        return column(field);
      }
    }
    return cleansingField;
  }

  private @Nullable String unit(Field field) {
    List<ColumnMapping> holders = columns.get(field);
    Unit unit = holders == null ? null : holders.getFirst().unit();
    return unit == null ? null : unit.name();
  }
}
