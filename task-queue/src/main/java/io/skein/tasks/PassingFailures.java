package io.skein.tasks;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jdbi.v3.core.ConnectionException;

/** Tells failures of PostgreSQL that pass by themselves from those of the work. */
final class PassingFailures {
  /** {@code query_canceled}, {@code transaction_timeout}. */
  private static final Set<String> TOOK_TOO_LONG = Set.of("57014", "25P04");

  /** {@code read_only_sql_transaction}: the server became a standby, or its disk is full. */
  private static final String READ_ONLY = "25006";

  private PassingFailures() {}

  /**
   * Whether the same work may succeed a moment later: no connection, no resources, a restart, a
   * lock waited for too long, a deadlock, a transaction ended for idleness, a primary that is none
   * any more. Not a statement or a transaction that took too long: it may take as long every time.
   */
  static boolean isPassing(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof ConnectionException || cause instanceof SQLTransientException) {
        return true;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        String state = sql.getSQLState();
        if (TOOK_TOO_LONG.contains(state)) {
          return false;
        }
        return state.startsWith("08")
            || state.startsWith("40")
            || state.startsWith("53")
            || state.startsWith("55")
            || state.startsWith("57")
            || state.startsWith("25P")
            || state.equals(READ_ONLY);
      }
    }
    return false;
  }
}
