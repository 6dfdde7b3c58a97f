package io.skein.tasks;

import java.sql.SQLException;

/** Tells values that PostgreSQL does not take: to repeat the statement is pointless. */
final class RefusedData {
  private RefusedData() {}

  /** Whether a value was refused, or was too large. */
  static boolean isCauseOf(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState().startsWith("22") || sql.getSQLState().startsWith("54");
      }
    }
    return false;
  }

  /** What PostgreSQL said. */
  static String reason(Throwable failure) {
    return String.valueOf(Causes.of(failure).getLast().getMessage());
  }
}
