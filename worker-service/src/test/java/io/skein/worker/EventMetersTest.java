package io.skein.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.flows.StepListener;
import io.skein.telemetry.SettingsReader;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A worker appends most events, so what becomes of them is to be seen there, too. */
final class EventMetersTest {
  @Test
  void whatTheRunbookAsksForIsOnTheWorkersPage() throws Exception {
    DatabaseAddress address = TestServers.postgres().createDatabase();
    WorkerServiceSettings settings =
        WorkerServiceSettings.read(
            new SettingsReader(
                Map.of(
                    "DATABASE_URL",
                    address.url(),
                    "REDIS_URL",
                    TestServers.redis().url(),
                    "SKEIN_KEY_PREFIX",
                    "event-meters:",
                    "SKEIN_MANAGEMENT_PORT",
                    "0")));
    try (WorkerService worker = WorkerService.start(settings, StepListener.NONE, () -> {});
        HttpClient client = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + worker.managementPort() + "/metrics");
      assertThat(client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body())
          .contains(
              "skein_relay_lag_seconds_count",
              "skein_events_appended_total",
              "skein_relay_relayed_total",
              "skein_feed_placed_total",
              "skein_relay_dropped_total",
              "skein_relay_failed_total",
              "skein_sweep_repaired_total",
              "skein_progress_dropped_total",
              "skein_tasks_hints_dropped_total",
              "skein_series_lost_total");
    }
  }
}
