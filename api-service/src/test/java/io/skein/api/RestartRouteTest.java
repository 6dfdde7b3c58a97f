package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code POST /flows/{id}/restart}. */
class RestartRouteTest {
  private static final String FROM_START = "{\"phase\": \"data_import_validation\"}";
  private static final String FROM_MAPPING = "{\"phase\": \"field_mapping\"}";

  private static ApiStack stack;
  private static ApiClient api;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    stack.startWorker();
    api = stack.client(1);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void aFlowIsRestartedUntilItHasEnded() {
    String flow = waiting();
    ApiClient keyed = api.with("Idempotency-Key", UUID.randomUUID().toString());
    HttpResponse<String> restarted = keyed.post(restart(flow), FROM_START);
    assertThat(restarted.statusCode()).as(restarted.body()).isEqualTo(200);
    JsonNode state = api.tree(restarted);
    assertThat(state.get("status").asString()).isEqualTo("running");
    assertThat(state.get("progress").asInt()).isZero();
    assertThat(state.get("approval").isNull()).isTrue();
    assertThat(state.at("/phases/0/run").asInt()).isEqualTo(2);
    assertThat(state.at("/phases/1/status").asString()).isEqualTo("pending");
    HttpResponse<String> again = keyed.post(restart(flow), FROM_START);
    assertThat(again.body()).isEqualTo(restarted.body());
    api.problem(keyed.post(restart(flow), FROM_MAPPING), 409, "conflict");
    api.awaitStatus(flow, Set.of("waiting_for_user"));

    assertThat(api.post(FLOWS + "/" + flow + "/approve", "{}").statusCode()).isEqualTo(200);
    api.awaitStatus(flow, Set.of("completed"));
    api.problem(api.post(restart(flow), FROM_START), 409, "conflict");
    JsonNode events = api.tree(api.get(FLOWS + "/" + flow + "/events?types=flow_restarted"));
    assertThat(events.get("events").size()).isOne();
    JsonNode event = events.get("events").get(0);
    assertThat(event.get("phase").asString()).isEqualTo("data_import_validation");
    assertThat(event.at("/payload/phases").size()).isEqualTo(7);
  }

  @Test
  void aRequestSaysWhatIsWrongWithIt() {
    String flow = waiting();
    long version = api.flow(flow).get("version").asLong();
    api.problem(api.post(restart(flow), "{}"), 422, "unusable-input");
    api.problem(api.post(restart(flow), ""), 400, "malformed-json");
    api.problem(api.post(restart(flow), "{\"phase\": {}}"), 400, "malformed-json");
    api.problem(api.post(restart(flow), "[\"field_mapping\"]"), 400, "malformed-json");
    api.problem(api.post(restart(flow) + "?phase=x", FROM_MAPPING), 400, "malformed-request");
    for (String unknown : new String[] {"", "Field_Mapping", "\\u0000", "x".repeat(100_000)}) {
      JsonNode problem =
          api.problem(
              api.post(restart(flow), "{\"phase\": \"" + unknown + "\"}"), 422, "unusable-input");
      assertThat(problem.get("detail").asString()).contains("data_cleansing").hasSizeLessThan(300);
    }
    api.problem(api.post(restart(flow), "{\"phase\": \"finalization\"}"), 409, "conflict");
    api.problem(
        api.with("If-Match", "\"1.1\"").post(restart(flow), FROM_MAPPING), 412, "version-mismatch");
    api.problem(
        stack
            .anonymous(1)
            .withToken(TestTokens.of("rival", "elsewhere"))
            .post(restart(flow), FROM_MAPPING),
        404,
        "not-found");
    assertThat(stack.anonymous(1).post(restart(flow), FROM_MAPPING).statusCode()).isEqualTo(401);
    assertThat(api.flow(flow).get("version").asLong()).isEqualTo(version);
  }

  private static String waiting() {
    String flow = api.create(ApiClient.UNCLEAR_CSV);
    api.awaitStatus(flow, Set.of("waiting_for_user"));
    return flow;
  }

  private static String restart(String flow) {
    return FLOWS + "/" + flow + "/restart";
  }
}
