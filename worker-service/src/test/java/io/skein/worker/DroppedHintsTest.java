package io.skein.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.flows.FlowEngine;
import io.skein.flows.StepListener;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.telemetry.SettingsReader;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.FreePort;
import io.skein.testing.TestServers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A worker without Redis says on its page of metrics how many hints nobody got. */
final class DroppedHintsTest {
  private static final int DUE = 7;
  private static final String DROPPED = "skein_tasks_hints_dropped_total";

  @Test
  void whatTheWorkerCannotHintAtIsCounted() throws Exception {
    DatabaseAddress address = TestServers.postgres().createDatabase();
    PostgresSettings postgres = PostgresSettings.parse(address.url());
    Migrations.migrate(postgres, FlowEngine.migrations());
    try (Connection connection =
            DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
        WorkerService worker = WorkerService.start(settings(address), StepListener.NONE, () -> {});
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest page =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + worker.managementPort() + "/metrics"))
              .build();
      assertThat(dropped(client, page)).isZero();
      // Each gets a hint when it is promoted, also in a queue that this worker does not serve.
      try (PreparedStatement enqueueing =
          connection.prepareStatement(
              "select skein_enqueue('others', 'act', delay => '1 second')"
                  + " from generate_series(1, ?)")) {
        enqueueing.setInt(1, DUE);
        enqueueing.execute();
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(dropped(client, page)).isEqualTo(DUE));
    }
  }

  private static WorkerServiceSettings settings(DatabaseAddress address) {
    return WorkerServiceSettings.read(
        new SettingsReader(
            Map.of(
                "DATABASE_URL",
                address.url(),
                "REDIS_URL",
                "redis://127.0.0.1:" + FreePort.find(),
                "SKEIN_MANAGEMENT_PORT",
                "0")));
  }

  private static double dropped(HttpClient client, HttpRequest page) throws Exception {
    return client
        .send(page, BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(DROPPED))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
