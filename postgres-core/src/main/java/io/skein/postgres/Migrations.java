package io.skein.postgres;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the migrations of the modules a service embeds. Any number of instances may do so at
 * once: a lock lets one through and the others find nothing left.
 */
public final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Wrong password, no such role, no such database: waiting does not help. */
  private static final Set<String> REFUSED_CREDENTIALS = Set.of("28P01", "28000", "3D000");

  private Migrations() {}

  /**
   * Waits until PostgreSQL answers, saying so, and migrates.
   *
   * @throws InterruptedException when interrupted while waiting
   * @throws IllegalStateException when waiting does not help: PostgreSQL refuses the user, the
   *     password or the database, or a pooler answers instead
   * @throws org.flywaydb.core.api.FlywayException as {@link #migrate} does
   */
  public static void migrateWhenReachable(PostgresSettings settings, List<String> modules)
      throws InterruptedException {
    boolean said = false;
    while (true) {
      try (MigrationLock held = MigrationLock.take(settings)) {
        apply(settings, modules);
        return;
      } catch (SQLException e) {
        refuseIfHopeless(settings, e);
        if (!said) {
          LOG.atWarn()
              .addKeyValue("url", settings.directJdbcUrl())
              .addKeyValue("reason", e.getMessage())
              .log("PostgreSQL does not answer; waiting for it");
          said = true;
        }
      }
      Thread.sleep(RETRY);
    }
  }

  /**
   * Waits for another instance that migrates, and then for nothing.
   *
   * @param modules module names in dependency order, for example {@code postgres-core, event-bus};
   *     each owns {@code db/migration/<module>} and a range of version numbers
   * @throws IllegalStateException when PostgreSQL refuses the user, the password or the database,
   *     or a pooler is met: the lock would stay with one of its sessions
   * @throws org.flywaydb.core.api.FlywayException when PostgreSQL does not answer, or a migration
   *     fails or was changed, or the thread is interrupted while it waits
   */
  public static void migrate(PostgresSettings settings, List<String> modules) {
    try (MigrationLock held = MigrationLock.take(settings)) {
      apply(settings, modules);
    } catch (SQLException e) {
      refuseIfHopeless(settings, e);
      throw new FlywayException("cannot migrate " + settings + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlywayException("interrupted while another instance migrates " + settings, e);
    }
  }

  private static void refuseIfHopeless(PostgresSettings settings, SQLException e) {
    if (DirectConnection.POOLER_STATE.equals(e.getSQLState())) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    if (REFUSED_CREDENTIALS.contains(String.valueOf(e.getSQLState()))) {
      throw new IllegalStateException(
          "PostgreSQL refuses user or database of " + settings + ": " + e.getMessage(), e);
    }
  }

  private static void apply(PostgresSettings settings, List<String> modules) {
    Flyway.configure()
        .dataSource(settings.directJdbcUrl(), settings.user(), settings.password())
        // No limit on statements: a migration takes as long as it takes.
        .jdbcProperties(DirectConnection.LOGIN)
        .locations(modules.stream().map(m -> "classpath:db/migration/" + m).toArray(String[]::new))
        // Modules have their own ranges, so a service that embeds one more adds an earlier number.
        .outOfOrder(true)
        .ignoreMigrationPatterns("*:missing", "*:future")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .table("skein_migrations")
        .callbacks(new UnlimitedConnection())
        .connectRetries(0)
        .load()
        .migrate();
  }

  /** The role's own limits are for steps; a migration may be long and holds Flyway's lock. */
  private static final class UnlimitedConnection extends BaseCallback {
    @Override
    public boolean supports(Event event, Context context) {
      return event == Event.AFTER_CONNECT;
    }

    @Override
    public void handle(Event event, Context context) {
      try (Statement statement = context.getConnection().createStatement()) {
        statement.execute(
            "set transaction_timeout = 0; set idle_in_transaction_session_timeout = 0;"
                + " set lock_timeout = '60s'");
      } catch (SQLException e) {
        throw new FlywayException("cannot lift the limits for the migration", e);
      }
    }
  }
}
