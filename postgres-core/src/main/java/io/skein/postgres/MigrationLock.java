package io.skein.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one instance at a time migrate a database. Flyway has a lock too, but takes it only after it
 * has looked for its history: of instances that meet at an empty database one would find another's
 * table without a row in it, and refuse. That lock also gives up after 50 s, and a migration takes
 * as long as it takes.
 *
 * <p>An advisory lock of a session of its own; PostgreSQL releases it when that session ends, also
 * that of an instance that was killed. It is polled: who waits inside PostgreSQL has a snapshot,
 * for which a {@code create index concurrently} of the holder would wait in turn.
 */
final class MigrationLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationLock.class);
  private static final String APPLICATION_NAME = "skein-migrations";
  private static final Duration POLL = Duration.ofMillis(100);

  private final Connection session;

  private MigrationLock(Connection session) {
    this.session = session;
  }

  /**
   * Waits for the instance that migrates now, if there is one.
   *
   * @throws SQLException when PostgreSQL does not answer or refuses, or a pooler is met
   */
  static MigrationLock take(PostgresSettings settings) throws SQLException, InterruptedException {
    MigrationLock lock = new MigrationLock(DirectConnection.open(settings, APPLICATION_NAME));
    try {
      lock.waitForIt(settings);
      return lock;
    } catch (SQLException | InterruptedException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void waitForIt(PostgresSettings settings) throws SQLException, InterruptedException {
    try (Statement statement = session.createStatement()) {
      // Idle for as long as the migration takes.
      statement.execute("set idle_session_timeout = 0");
      boolean said = false;
      while (!tryTake(statement)) {
        if (!said) {
          LOG.atInfo()
              .addKeyValue("url", settings.directJdbcUrl())
              .log("another instance migrates the database; waiting for it");
          said = true;
        }
        Thread.sleep(POLL);
      }
    }
  }

  private static boolean tryTake(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select pg_try_advisory_lock(hashtextextended('skein_migrations', 0))")) {
      return row.next() && row.getBoolean(1);
    }
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }
}
