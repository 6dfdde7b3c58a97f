package io.skein.tasks;

import java.sql.SQLException;

/** What PostgreSQL refuses, and will refuse again. */
final class Refusals {
  private Refusals() {}

  /**
   * Whether a value cannot be stored (22), breaks a rule of its table (23) or is too large (54).
   */
  static boolean ofTheData(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof SQLException refused && refused.getSQLState() != null) {
        String state = refused.getSQLState();
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
      }
    }
    return false;
  }
}
