package io.skein.tasks;

import java.sql.SQLException;
import java.util.Set;

/** Tells values that PostgreSQL does not take: to repeat the statement is pointless. */
final class RefusedData {
  /** The classes of SQLSTATE. */
  private static final Set<String> REFUSALS = Set.of("22", "23", "54");

  private RefusedData() {}

  /**
   * Whether a value cannot be stored (22), breaks a rule of its table (23) or is too large (54).
   */
  static boolean isCauseOf(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return REFUSALS.contains(sql.getSQLState().substring(0, 2));
      }
    }
    return false;
  }

  /** What PostgreSQL said. */
  static String reason(Throwable failure) {
    return String.valueOf(Causes.of(failure).getLast().getMessage());
  }
}
