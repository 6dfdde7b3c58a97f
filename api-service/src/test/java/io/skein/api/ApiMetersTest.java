package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.Stalls;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator reads at night. */
@Timeout(300)
class ApiMetersTest {
  /** One call that Redis leaves unanswered is counted for good, so that waiting longer is vain. */
  private static final Duration SHOWN = Duration.ofSeconds(10);

  @Test
  void theManagementPortShowsEventsAndStreams() throws Exception {
    Stalls.repeatIfStalled(ApiMetersTest::assertEventsAndStreamsAreShown);
  }

  private static void assertEventsAndStreamsAreShown() throws Exception {
    try (ApiStack stack = ApiStack.start(1)) {
      ApiClient client = stack.client(1);
      ApiClient management =
          new ApiClient(stack.http, stack.json, stack.instance(1).managementPort(), Map.of());
      assertThat(figures(management))
          .containsEntry("skein_sse_connections", 0.0)
          .containsEntry("skein_sse_hubs", 0.0)
          .containsEntry("skein_relay_relayed_total", 0.0)
          .containsEntry("skein_feed_placed_total", 0.0)
          .containsEntry("skein_locks_held", 0.0)
          .containsEntry("skein_locks_waiting", 0.0)
          .containsEntry("skein_locks_acquired_total", 0.0);
      String flow = client.create(ApiClient.UNCLEAR_CSV);
      try (InputStream stream =
          StreamReading.open(client, FLOWS + "/" + flow + "/events/stream").body()) {
        assertThat(stream).isNotNull();
        client.post(FLOWS + "/" + flow + "/retry", "{}"); // refused, but under the flow's lock
        await()
            .atMost(SHOWN)
            .untilAsserted(() ->
                assertThat(figures(management))
                    .containsEntry("skein_sse_connections", 1.0)
                    .containsEntry("skein_sse_hubs", 1.0)
                    .containsEntry("skein_relay_relayed_total", 1.0)
                    .containsEntry("skein_feed_placed_total", 1.0)
                    .containsEntry("skein_sse_refused_total", 0.0)
                    .containsEntry("skein_locks_acquired_total", 1.0)
                    .containsEntry("skein_locks_handed_over_total", 0.0)
                    .containsEntry("skein_locks_refused_total", 0.0)
                    .containsEntry("skein_locks_lost_total", 0.0)
                    .containsEntry("skein_locks_fallbacks_total", 0.0)
                    .containsEntry("skein_locks_wait_seconds_sum", 0.0)
                    .containsEntry("skein_locks_wait_seconds_count", 0.0)
                    .containsEntry("skein_relay_dropped_total", 0.0)
                    .containsEntry("skein_relay_failed_total", 0.0)
                    .containsKey("skein_sweep_repaired_total")
                    .containsEntry("skein_progress_dropped_total", 0.0)
                    .containsEntry("skein_series_lost_total", 0.0)
                    .containsEntry("skein_tasks_hints_dropped_total", 0.0));
      }
    }
  }

  /** By name, without labels. */
  private static Map<String, Double> figures(ApiClient management) {
    return management
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("skein_"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf('{')),
                line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)),
                Double::sum));
  }
}
