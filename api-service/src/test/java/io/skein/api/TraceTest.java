package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.postgres.TraceParent;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A trace goes from the request through the tasks of the flow into its events. */
@Timeout(120)
class TraceTest {
  private static ApiStack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    stack.startWorker();
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void oneTraceFromTheRequestToTheLastEvent() {
    TraceParent caller = TraceParent.begin();
    String flow = flowOf(caller.toString());
    List<TraceParent> traces = traces(flow);
    assertThat(traces).extracting(TraceParent::traceId).containsOnly(caller.traceId());
    assertThat(traces).extracting(TraceParent::spanId).doesNotContain(caller.spanId());
    assertThat(tasksOf(flow))
        .isNotEmpty()
        .allSatisfy(trace ->
            assertThat(TraceParent.parse(trace).orElseThrow().traceId())
                .isEqualTo(caller.traceId()));
  }

  @Test
  void aMalformedOneBeginsANewTrace() {
    String flow = flowOf("00-nonsense");
    assertThat(traces(flow))
        .extracting(TraceParent::traceId)
        .doesNotContain("nonsense")
        .hasSizeGreaterThan(1);
    assertThat(Set.copyOf(traces(flow))).hasSize(1);
  }

  private static String flowOf(String traceparent) {
    ApiClient client = stack.client(1).with("traceparent", traceparent);
    String flow = client.create(ApiClient.CLEAR_CSV);
    client.awaitStatus(flow, Set.of("completed", "waiting_for_user", "failed"));
    return flow;
  }

  private static List<TraceParent> traces(String flow) {
    ApiClient client = stack.client(1);
    JsonNode events = client.tree(client.get("/api/v1/flows/" + flow + "/events")).get("events");
    return events
        .valueStream()
        .map(event -> TraceParent.parse(event.get("traceparent").asString()).orElseThrow())
        .toList();
  }

  private static List<String> tasksOf(String flow) {
    return stack.database.read(handle ->
        handle
            .select("select traceparent from tasks where flow = ?", UUID.fromString(flow))
            .mapTo(String.class)
            .list());
  }
}
