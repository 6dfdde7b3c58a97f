package io.skein.discovery.mapping;

import java.util.Arrays;

/**
 * The Hungarian method for rectangular matrices (Kuhn 1955, in the potentials form of Jonker and
 * Volgenant): O(rows² · columns).
 */
final class BestAssignment {
  private BestAssignment() {}

  /**
   * Gives each row a column of its own so that the sum of the values is the largest possible.
   *
   * @param value value[row][column], not negative; no more rows than columns
   * @return the column of each row
   */
  static int[] of(double[][] value) {
    int rows = value.length;
    int columns = rows == 0 ? 0 : value[0].length;
    double[] rowPotential = new double[rows + 1];
    double[] columnPotential = new double[columns + 1];
    int[] rowOf = new int[columns + 1];
    int[] previous = new int[columns + 1];
    for (int row = 1; row <= rows; row++) {
      rowOf[0] = row;
      int column = 0;
      double[] slack = new double[columns + 1];
      Arrays.fill(slack, Double.POSITIVE_INFINITY);
      boolean[] done = new boolean[columns + 1];
      do {
        done[column] = true;
        int current = rowOf[column];
        int next = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int other = 1; other <= columns; other++) {
          if (!done[other]) {
            double reduced =
                -value[current - 1][other - 1] - rowPotential[current] - columnPotential[other];
            if (reduced < slack[other]) {
              slack[other] = reduced;
              previous[other] = column;
            }
            if (slack[other] < smallest) {
              smallest = slack[other];
              next = other;
            }
          }
        }
        for (int other = 0; other <= columns; other++) {
          if (done[other]) {
            rowPotential[rowOf[other]] += smallest;
            columnPotential[other] -= smallest;
          } else {
            slack[other] -= smallest;
          }
        }
        column = next;
      } while (rowOf[column] != 0);
      while (column != 0) {
        rowOf[column] = rowOf[previous[column]];
        column = previous[column];
      }
    }
    int[] columnOf = new int[rows];
    for (int column = 1; column <= columns; column++) {
      if (rowOf[column] != 0) {
        columnOf[rowOf[column] - 1] = column - 1;
      }
    }
    return columnOf;
  }
}
