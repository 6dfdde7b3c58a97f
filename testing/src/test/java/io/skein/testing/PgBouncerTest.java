package io.skein.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where the build has no PgBouncer, this is the test that says so. */
final class PgBouncerTest {

  @Test
  void isInstalledWhereEverythingIsTested() {
    assumeTrue(
        PgBouncer.program().isPresent() || "true".equals(System.getenv("CI")),
        "PgBouncer is not installed (Debian: apt-get install pgbouncer):"
            + " nothing was run through it");
    assertThat(PgBouncer.program()).as("where pgbouncer is").isPresent();
  }

  @Test
  void itsTransactionsMoveFromSessionToSessionAndItEndsWithItsOwner() throws SQLException {
    assumeTrue(PgBouncer.program().isPresent(), "PgBouncer is not installed");
    Set<Integer> sessions = new HashSet<>();
    long pid;
    try (PostgresServer server = TestServers.newPostgres();
        PgBouncer bouncer = TestServers.newPgBouncer(server)) {
      pid = bouncer.pid();
      DatabaseAddress database = bouncer.before(server.createDatabase());
      assertThat(DatabaseAddress.parse(database.url())).isEqualTo(database);
      try (Connection one = connect(database);
          Connection other = connect(database)) {
        holdTwoSessions(one, other);
        for (int i = 0; i < 10; i++) {
          sessions.add(session(one));
        }
      }
    }
    assertThat(sessions).hasSizeGreaterThan(1);
    assertThat(new ServerProcess(pid).isAlive()).isFalse();
  }

  /** So that there are two to be handed out in turn. */
  private static void holdTwoSessions(Connection one, Connection other) throws SQLException {
    one.setAutoCommit(false);
    other.setAutoCommit(false);
    assertThat(session(one)).isNotEqualTo(session(other));
    one.commit();
    other.commit();
    one.setAutoCommit(true);
    other.setAutoCommit(true);
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static Connection connect(DatabaseAddress database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://"
            + database.pooler()
            + "/"
            + database.database()
            + "?prepareThreshold=0",
        database.user(),
        database.password());
  }
}
