package io.skein.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGConnection;

/** Connections that are a session of PostgreSQL, from their opening to their end. */
final class DirectConnection {
  /** Feature not supported: what is asked for cannot be had there, and waiting does not help. */
  static final String POOLER_STATE = "0A000";

  /**
   * Of the driver: how long opening may take, the connecting and all that is said before the first
   * statement. A frozen server takes connections and says nothing.
   */
  static final Map<String, String> LOGIN =
      Map.of("connectTimeout", "5", "loginTimeout", "5", "tcpKeepAlive", "true");

  private DirectConnection() {}

  /**
   * Opens one. It takes at most 5 s, and no statement on it waits longer than 10 s for a server
   * that has gone or is frozen.
   *
   * @param applicationName shown in {@code pg_stat_activity}
   * @throws SQLException when the server cannot be reached, or a pooler answers instead of it: a
   *     lock taken through that would stay with a session that serves everybody
   */
  static Connection open(PostgresSettings settings, String applicationName) throws SQLException {
    Properties all = new Properties();
    all.putAll(LOGIN);
    all.setProperty("ApplicationName", applicationName);
    all.setProperty("socketTimeout", "10");
    all.setProperty("user", settings.user());
    all.setProperty("password", settings.password());
    Connection connection = DriverManager.getConnection(settings.directJdbcUrl(), all);
    try {
      refusePooler(connection, settings);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** A pooler greets with a process id of its own making. */
  private static void refusePooler(Connection connection, PostgresSettings settings)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      if (row.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID()) {
        throw new SQLException(
            settings.directJdbcUrl()
                + " leads through a pooler, and a part of the work needs PostgreSQL itself:"
                + " add ?direct=host:port of the server to the database address",
            POOLER_STATE);
      }
    }
  }
}
