package io.skein.postgres;

import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * Applies the migrations of the modules a service embeds. Any number of instances may do so at
 * once: Flyway's lock lets one through and the others find nothing left.
 */
public final class Migrations {
  private Migrations() {}

  /**
   * @param modules module names in dependency order, for example {@code postgres-core, event-bus};
   *     each owns {@code db/migration/<module>} and a range of version numbers
   * @throws org.flywaydb.core.api.FlywayException when a migration fails or was changed
   */
  public static void migrate(PostgresSettings settings, List<String> modules) {
    Flyway.configure()
        .dataSource(settings.jdbcUrl(), settings.user(), settings.password())
        .locations(modules.stream().map(m -> "classpath:db/migration/" + m).toArray(String[]::new))
        // Modules have their own ranges, so a service that embeds one more adds an earlier number.
        .outOfOrder(true)
        .ignoreMigrationPatterns("*:missing", "*:future")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .table("skein_migrations")
        // The role's own limits are for steps; a migration may be long and holds Flyway's lock.
        .initSql(
            "set transaction_timeout = 0; set idle_in_transaction_session_timeout = 0;"
                + " set lock_timeout = '60s'")
        .connectRetries(0)
        .load()
        .migrate();
  }
}
