package io.skein.discovery.csv;

import java.util.Objects;

/**
 * What was wrong with a row, or with the header (row 0).
 *
 * @param row 1-based data row, 0 for the header
 * @param line 1-based physical line on which the row starts
 * @param column name of the column concerned
 * @param value the offending value, shortened; empty when it is missing
 * @param reason a sentence that says what is wrong
 * @param severity whether the row was rejected or only remarked on
 */
public record RowError(
    long row, long line, String column, String value, String reason, Severity severity) {
  private static final int LONGEST_VALUE = 200;

  public RowError {
    Objects.requireNonNull(column);
    Objects.requireNonNull(reason);
    Objects.requireNonNull(severity);
    if (value.length() > LONGEST_VALUE) {
      int end =
          Character.isHighSurrogate(value.charAt(LONGEST_VALUE - 1))
              ? LONGEST_VALUE - 1
              : LONGEST_VALUE;
      value = value.substring(0, end) + "…";
    }
  }

  /** What an error means for its row. */
  public enum Severity {
    /** The row is not imported. */
    REJECTED,
    /** The row is imported; the user should know all the same. */
    WARNING
  }
}
