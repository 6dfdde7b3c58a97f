package io.skein.tasks;

import io.skein.postgres.Database;
import java.sql.SQLException;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.JdbiException;

/** Reads whose cost is up to a filter that somebody chose: they give up after five seconds. */
final class FilteredReads {
  /** query_canceled: of the statement timeout. */
  private static final String TIMEOUT = "57014";

  private FilteredReads() {}

  /**
   * @throws FilterTooWideException when it takes longer
   */
  static <T> T read(Database database, HandleCallback<T, RuntimeException> query) {
    try {
      return database.inTransaction(transaction -> {
        transaction.handle().execute("set local statement_timeout = '5s'");
        return query.withHandle(transaction.handle());
      });
    } catch (JdbiException e) {
      if (e.getCause() instanceof SQLException sql && TIMEOUT.equals(sql.getSQLState())) {
        throw new FilterTooWideException(e);
      }
      throw e;
    }
  }
}
