package io.skein.discovery.mapping;

import io.skein.discovery.csv.Header;
import io.skein.discovery.csv.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Proposes a mapping for one file: names and values are weighed for each field, and each field goes
 * to the column it suits best.
 */
public final class MappingProposal {
  private static final double RIVAL = 0.06;

  private static final HeaderDictionary DICTIONARY = HeaderDictionary.load();
  private static final ValueWords VALUE_WORDS = ValueWords.load();

  private final HeaderMatches names = new HeaderMatches(DICTIONARY);
  private final List<Column> columns;

  private MappingProposal(Header header, List<Row> sample) {
    Traits traits = new Traits(VALUE_WORDS);
    columns =
        IntStream.range(0, header.size())
            .mapToObj(i ->
                new Column(
                    i,
                    ColumnName.of(header.names().get(i)),
                    ColumnProfile.of(
                        sample.stream().map(row -> row.cells().get(i)).toList(), traits)))
            .toList();
  }

  /**
   * Proposes a mapping.
   *
   * @param file name of the file, for the user
   * @param sample some rows; a few hundred, from all over the file, are enough
   */
  public static FileMapping propose(String file, Header header, List<Row> sample) {
    return new MappingProposal(header, sample).propose(file);
  }

  private FileMapping propose(String file) {
    ScoreTable assets = scores(Role.ASSETS);
    RoleFinder.Found found = new RoleFinder(names).find(columns, assets);
    ScoreTable scores = found.role() == Role.DEPENDENCIES ? scores(Role.DEPENDENCIES) : assets;
    @Nullable Field[] assigned = scores.assign();
    List<ColumnMapping> mappings = new ArrayList<>();
    for (Column column : columns) {
      Field field = assigned[column.index()];
      mappings.add(
          field == null ? unmapped(column, scores) : mapped(column, field, scores, assigned));
    }
    return new FileMapping(file, found.role(), found.confidence(), mappings);
  }

  private ScoreTable scores(Role role) {
    ScoreTable scores = new ScoreTable(Field.of(role), columns.size());
    for (Column column : columns) {
      for (Field field : scores.fields()) {
        scores.set(field, column.index(), score(column, field));
      }
    }
    return scores;
  }

  private double score(Column column, Field field) {
    ValueFit fit = fit(column, field);
    HeaderMatch name = nameOf(column, field, fit);
    double confidence = Confidence.of(name, fit, column.values().filled());
    if (name.strength() == 0 && column.name().isGiven()) {
      // Whoever named the column meant something; not this, as far as we know.
      return 0.75 * confidence;
    }
    if (name.strength() == 0 && field == Field.HOSTNAME && column.identifies()) {
      return Math.max(0.7, confidence);
    }
    return confidence;
  }

  private ValueFit fit(Column column, Field field) {
    return ValueFits.of(
        field, column.values(), field == Field.DEPENDENCIES ? references(column) : 0);
  }

  /** A vague name is good enough for the only column that tells the rows apart. */
  private HeaderMatch nameOf(Column column, Field field, ValueFit fit) {
    HeaderMatch name = names.match(column, field);
    boolean vague =
        name.whole() && name.strength() < 0.9 && (field == Field.HOSTNAME || field == Field.NAME);
    boolean sole =
        column.identifies()
            && columns.stream().filter(Column::identifies).count() == 1
            && column.values().filled() >= 5;
    return vague && sole && fit.agreement() >= 0.9
        ? new HeaderMatch(0.9, true, name.phrase())
        : name;
  }

  /** Share of a column's values that name rows by another column. */
  private double references(Column column) {
    Set<String> values = column.values().values();
    if (values.isEmpty()) {
      return 0;
    }
    double best = 0;
    for (Column other : columns) {
      if (other.index() != column.index()
          && other.values().distinct() >= 0.9
          && other.values().share(Trait.HOST_NAME) >= 0.8) {
        Set<String> known = new HashSet<>(values);
        known.retainAll(other.values().values());
        best = Math.max(best, (double) known.size() / values.size());
      }
    }
    return best;
  }

  private ColumnMapping mapped(
      Column column, Field field, ScoreTable scores, @Nullable Field[] assigned) {
    ValueFit fit = fit(column, field);
    List<String> evidence = new ArrayList<>();
    evidence.add(Evidence.ofName(column, nameOf(column, field, fit)));
    evidence.add(Evidence.ofValues(field, column.values(), fit));
    double confidence = scores.of(field, column.index());
    Column rival =
        field.repeatable() && columns.get(column.index()).name().isGiven()
            ? null
            : rival(column, field, scores, assigned);
    if (rival != null) {
      evidence.add("The column \"" + rival.name().text() + "\" suits it as well.");
      confidence = Math.min(confidence, Confidence.DOUBTFUL);
    }
    List<Alternative> alternatives = scores.alternatives(column.index(), field);
    if (!alternatives.isEmpty() && alternatives.getFirst().confidence() > confidence - RIVAL) {
      evidence.add("It could as well be " + alternatives.getFirst().field() + ".");
      confidence =
          isSpareName(alternatives.getFirst().field(), assigned)
              ? Math.min(confidence, Confidence.DOUBTFUL)
              : confidence;
    }
    UnitFinder.Found unit =
        field == Field.MEMORY || field == Field.STORAGE ? UnitFinder.find(field, column) : null;
    if (unit != null) {
      evidence.add(unit.evidence());
      confidence = unit.certain() ? confidence : Math.min(confidence, Confidence.DOUBTFUL);
    }
    return new ColumnMapping(
        column.name().text(),
        column.index(),
        field,
        Rounded.of(confidence),
        alternatives,
        evidence,
        unit == null ? null : unit.unit());
  }

  /** An alternative that another column holds for good is none. */
  private static boolean isSpareName(Field field, @Nullable Field[] assigned) {
    for (Field taken : assigned) {
      if (taken == field && !field.repeatable()) {
        return false;
      }
    }
    return true;
  }

  /** A column with other values that suits the field about as well and got nothing better. */
  private @Nullable Column rival(
      Column column, Field field, ScoreTable scores, @Nullable Field[] assigned) {
    double own = scores.of(field, column.index());
    for (Column other : columns) {
      Field got = assigned[other.index()];
      boolean better =
          got != null
              && got != field
              && scores.of(got, other.index()) >= scores.of(field, other.index());
      if (other.index() != column.index()
          && !better
          && scores.of(field, other.index()) > own - RIVAL
          && !other.values().values().equals(column.values().values())) {
        return other;
      }
    }
    return null;
  }

  private static ColumnMapping unmapped(Column column, ScoreTable scores) {
    return new ColumnMapping(
        column.name().text(),
        column.index(),
        null,
        0,
        scores.alternatives(column.index()),
        List.of("No field suits its name and values."),
        null);
  }
}
