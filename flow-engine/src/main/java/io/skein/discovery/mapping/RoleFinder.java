package io.skein.discovery.mapping;

import java.util.List;
import java.util.Set;

/** Tells a list of assets from a list of edges by its columns. */
final class RoleFinder {
  private static final Set<Field> ATTRIBUTES =
      Set.of(
          Field.OS_NAME,
          Field.CPU_CORES,
          Field.MEMORY,
          Field.STORAGE,
          Field.ENVIRONMENT,
          Field.IP_ADDRESSES,
          Field.STATUS,
          Field.OWNER,
          Field.ASSET_TYPE,
          Field.OS_VERSION);
  private static final Set<Field> IDENTITIES =
      Set.of(Field.HOSTNAME, Field.FQDN, Field.NAME, Field.EXTERNAL_ID, Field.IP_ADDRESSES);

  private final HeaderMatches names;

  RoleFinder(HeaderMatches names) {
    this.names = names;
  }

  record Found(Role role, double confidence) {}

  /**
   * Finds the role.
   *
   * @param assetScores confidence by column and asset field
   */
  Found find(List<Column> columns, ScoreTable assetScores) {
    boolean bothEnds =
        columns.stream().anyMatch(column -> names.isAboutEnd(column, "source"))
            && columns.stream().anyMatch(column -> names.isAboutEnd(column, "destination"));
    long attributes =
        ATTRIBUTES.stream().filter(field -> assetScores.best(field) >= Mapping.THRESHOLD).count();
    if (bothEnds) {
      return new Found(Role.DEPENDENCIES, attributes >= 4 ? 0.7 : 0.95);
    }
    boolean parts =
        columns.stream().anyMatch(column -> names.isAboutPart(column, "application"))
            && columns.stream().anyMatch(column -> names.isAboutPart(column, "server"));
    boolean related =
        columns.stream()
            .anyMatch(column ->
                column.values().share(Trait.RELATIONSHIP) >= 0.8
                    && names.match(column, Field.RELATIONSHIP).whole());
    if (parts && related && attributes == 0) {
      return new Found(Role.DEPENDENCIES, 0.93);
    }
    boolean identifiesRows =
        columns.stream()
            .anyMatch(column ->
                column.values().filled() >= 10
                    && column.values().distinct() >= 0.95
                    && column.values().share(Trait.SENTENCE) < 0.5);
    if (parts
        && attributes == 0
        && !identifiesRows
        && columns.stream().noneMatch(RoleFinder::hasFewRows)) {
      return new Found(Role.DEPENDENCIES, 0.87);
    }
    boolean identity = IDENTITIES.stream().anyMatch(field -> assetScores.best(field) >= 0.5);
    if (identity) {
      return new Found(Role.ASSETS, attributes > 0 ? 0.95 : 0.86);
    }
    return new Found(Role.UNKNOWN, 0.4);
  }

  private static boolean hasFewRows(Column column) {
    return column.values().filled() > 0 && column.values().filled() < 5;
  }
}
