package io.skein.discovery.mapping;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Confidence of every field for every column, and their best assignment. */
final class ScoreTable {
  /** Below it nothing is proposed. */
  static final double PROPOSED = 0.5;

  private static final double UNTOLD = 0.3;

  private final List<Field> fields;
  private final double[][] score;
  private final int columns;

  ScoreTable(List<Field> fields, int columns) {
    this.fields = fields;
    this.columns = columns;
    this.score = new double[fields.size()][columns];
  }

  List<Field> fields() {
    return fields;
  }

  double of(Field field, int column) {
    return score[fields.indexOf(field)][column];
  }

  void set(Field field, int column, double confidence) {
    score[fields.indexOf(field)][column] = confidence;
  }

  /** Highest confidence of the field in any column; 0 for a field of the other role. */
  double best(Field field) {
    int row = fields.indexOf(field);
    return row < 0 ? 0 : Arrays.stream(score[row]).max().orElse(0);
  }

  /** Fields for a column other than the one given, best first. */
  List<Alternative> alternatives(int column, Field except) {
    return alternatives(column).stream()
        .filter(alternative -> alternative.field() != except)
        .toList();
  }

  /** Fields worth mentioning for a column, best first. */
  List<Alternative> alternatives(int column) {
    return fields.stream()
        .map(field -> new Alternative(field, Rounded.of(of(field, column))))
        .filter(alternative -> alternative.confidence() >= UNTOLD)
        .sorted(Comparator.comparingDouble(Alternative::confidence).reversed())
        .limit(3)
        .toList();
  }

  /**
   * The field of each column by index, null for none. High confidence counts more than twice as
   * much as two low ones.
   */
  @Nullable Field[] assign() {
    int width = Math.max(columns, fields.size());
    double[][] value = new double[fields.size()][width];
    for (int field = 0; field < fields.size(); field++) {
      for (int column = 0; column < columns; column++) {
        double confidence = score[field][column];
        value[field][column] = confidence >= PROPOSED ? confidence * confidence : 0;
      }
    }
    int[] columnOf = BestAssignment.of(value);
    @Nullable Field[] assigned = new Field[columns];
    for (int field = 0; field < fields.size(); field++) {
      if (columnOf[field] < columns && value[field][columnOf[field]] > 0) {
        assigned[columnOf[field]] = fields.get(field);
      }
    }
    for (int column = 0; column < columns; column++) {
      if (assigned[column] == null) {
        assigned[column] = repeatable(column);
      }
    }
    return assigned;
  }

  /** The best field of a column that was left over, if several columns may hold it. */
  private @Nullable Field repeatable(int column) {
    Field best =
        fields.stream().max(Comparator.comparingDouble(field -> of(field, column))).orElse(null);
    return best != null && best.repeatable() && of(best, column) >= PROPOSED ? best : null;
  }
}
