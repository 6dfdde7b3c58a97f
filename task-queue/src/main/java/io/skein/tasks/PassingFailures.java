package io.skein.tasks;

import io.skein.postgres.FallbackBusyException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jdbi.v3.core.ConnectionException;

/** Tells failures of PostgreSQL that pass by themselves from those of the work. */
final class PassingFailures {
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * A standby or a full disk ({@code read_only_sql_transaction}), two transactions in each other's
   * way, resources, an object in use, a lock that was waited for too long.
   */
  private static final Set<String> PASSING =
      Set.of(
          "25006",
          "40001",
          "40P01",
          "53000",
          "53100",
          "53200",
          "53300",
          "55006",
          LOCK_NOT_AVAILABLE);

  /** No cause of its own: the transaction goes on although one of its statements has failed. */
  private static final String ABORTED = "25P02";

  private PassingFailures() {}

  /** Whether another transaction held for too long what was to be locked. */
  static boolean isLock(Throwable failure) {
    return Causes.of(failure).stream()
        .anyMatch(cause ->
            cause instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState()));
  }

  /**
   * Whether the same work may succeed a moment later: no connection, no resources, no place for
   * what Redis does not answer, a restart, a lock waited for too long, a deadlock, a primary that
   * is none any more. Not what may be the same every time: a statement or a transaction that took
   * too long, one that idled, one that went on after a failure (then that failure decides, where it
   * is known).
   */
  static boolean isPassing(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof ConnectionException
          || cause instanceof SQLTransientException
          || cause instanceof FallbackBusyException) {
        return true;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        String state = sql.getSQLState();
        if (!state.equals(ABORTED)) {
          return PASSING.contains(state) || state.startsWith("08") || state.startsWith("57P0");
        }
      }
    }
    return false;
  }
}
