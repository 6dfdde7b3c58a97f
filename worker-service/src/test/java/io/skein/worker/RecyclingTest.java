package io.skein.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.flows.FlowEngine;
import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real worker process that ends by itself after some tasks. */
@Tag("long")
final class RecyclingTest {
  /** Nobody can read these: each is one run, and then put aside. */
  private static final String UNREADABLE =
      "select skein_enqueue('flows', 'process_flow_phase', '{\"odd\": true}')";

  @Test
  void theProcessEndsWith75AfterItsTasksAndLeavesTheOthers() throws Exception {
    DatabaseAddress address = TestServers.postgres().createDatabase();
    PostgresSettings postgres = PostgresSettings.parse(address.url());
    Migrations.migrate(postgres, FlowEngine.migrations());
    try (Database database = Database.open(postgres, "test");
        Connection connection = database.connectDirectly();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 5; i++) {
        statement.execute(UNREADABLE);
      }
      Process worker = start(address);
      try {
        assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(75);
      } finally {
        worker.destroyForcibly();
      }
      assertThat(count(statement, "state = 'parked' and refused_by = '{build-7}'")).isEqualTo(3);
      assertThat(count(statement, "state = 'queued' and attempt = 0 and crash_count = 0"))
          .isEqualTo(2);
    }
  }

  private static Process start(DatabaseAddress address) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WorkerMain.class.getName()))
            .inheritIO();
    builder
        .environment()
        .putAll(
            Map.of(
                "DATABASE_URL", address.url(),
                "REDIS_URL", TestServers.redis().url(),
                "SKEIN_KEY_PREFIX", "recycling:",
                "SKEIN_MANAGEMENT_PORT", "0",
                "SKEIN_BUILD", "build-7",
                "SKEIN_WORKER_SLOTS", "2",
                "SKEIN_WORKER_RECYCLE_AFTER", "3"));
    return builder.start();
  }

  private static long count(Statement statement, String where) throws SQLException {
    try (ResultSet row = statement.executeQuery("select count(*) from tasks where " + where)) {
      row.next();
      return row.getLong(1);
    }
  }
}
