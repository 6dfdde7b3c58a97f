package io.skein.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Databases of a server that is reached by its address alone. */
final class Databases {
  private Databases() {}

  static DatabaseAddress create(DatabaseAddress server, String name) {
    execute(server, "CREATE DATABASE " + name);
    return server.withDatabase(name);
  }

  /**
   * With the settings of roles in it, which PostgreSQL leaves out. To copy files costs less than to
   * log each page.
   */
  static DatabaseAddress copy(DatabaseAddress server, String from, String name) {
    execute(server, "CREATE DATABASE " + name + " TEMPLATE " + from + " STRATEGY file_copy");
    execute(
        server,
        """
        DO $$
        DECLARE one record;
        BEGIN
          FOR one IN
            SELECT r.rolname, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
            JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c
            WHERE d.datname = '%1$s'
          LOOP
            EXECUTE format(
              'ALTER ROLE %%I IN DATABASE %2$s SET %%s = %%L', one.rolname, one.name, one.value);
          END LOOP;
        END $$\
        """
            .formatted(from, name));
    return server.withDatabase(name);
  }

  static DatabaseAddress createIfMissing(DatabaseAddress server, String name) {
    return exists(server, name) ? server.withDatabase(name) : create(server, name);
  }

  private static boolean exists(DatabaseAddress server, String name) {
    try (Connection connection =
            DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        PreparedStatement query =
            connection.prepareStatement("SELECT FROM pg_database WHERE datname = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot look for database " + name + " on " + server, e);
    }
  }

  static void drop(DatabaseAddress server, String name) {
    execute(server, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  static boolean reachable(DatabaseAddress server) {
    try (Connection connection =
        DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password())) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private static void execute(DatabaseAddress server, String sql) {
    try (Connection connection =
            DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + " failed on " + server, e);
    }
  }
}
