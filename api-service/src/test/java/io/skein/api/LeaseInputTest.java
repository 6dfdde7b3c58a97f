package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a worker says wrongly is refused with a reason, and its run goes on. */
@Timeout(120)
class LeaseInputTest {
  private static final String QUEUE = "q-" + UUID.randomUUID();
  private static ApiStack stack;
  private static ApiClient worker;
  private static String task = "";
  private static long lease;

  @BeforeAll
  static void claim() throws Exception {
    stack = ApiStack.start(1);
    worker = stack.anonymous(1).withToken(TestTokens.ofUser("agent", "worker"));
    task =
        stack.database.read(handle ->
            handle
                .select("select skein_enqueue(?, 't', '{}')::text", QUEUE)
                .mapTo(String.class)
                .one());
    JsonNode claimed =
        worker.tree(
            worker.post(
                "/api/v1/workers/claims",
                "{\"worker\": \"w\", \"queues\": [\"%s\"], \"types\": [\"t\"]}".formatted(QUEUE)));
    lease = claimed.get("tasks").get(0).get("lease").asLong();
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "heartbeat | {} | 400",
        "heartbeat | {`lease`: null} | 400",
        "heartbeat | {`lease`: `x`} | 400",
        "heartbeat | {`lease`: []} | 400",
        "heartbeat | {`lease`: 1e99} | 400",
        "heartbeat | {`lease`: -1} | 409",
        "heartbeat | {`lease`: 9223372036854775807} | 409",
        "heartbeat | {`lease`: LEASE | 400",
        "heartbeat | null | 400",
        "progress | {`lease`: LEASE, `percent`: -1} | 400",
        "progress | {`lease`: LEASE, `percent`: 101} | 400",
        "progress | {`lease`: LEASE, `percent`: `half`} | 400",
        "progress | {`lease`: LEASE, `percent`: 1e99} | 400",
        "progress | {`lease`: LEASE, `details`: `\\u0000`} | 400",
        "complete | {`result`: 1} | 400",
        "complete | {`lease`: 77, `result`: 1} | 409",
        "complete | {`lease`: LEASE, `result`: `\\u0000`} | 422",
        "complete | {`lease`: LEASE, `result`: {`a\\u0000b`: 1}} | 422",
        "fail | {`lease`: LEASE} | 400",
        "fail | {`lease`: LEASE, `error`: ` `} | 400",
        "fail | {`lease`: LEASE, `error`: `e`, `permanent`: `maybe`} | 400",
        "fail | {`lease`: LEASE, `error`: `e`, `retryAfterSeconds`: -1} | 400",
        "fail | {`lease`: LEASE, `error`: `e`, `retryAfterSeconds`: 99999999} | 400",
        "fail | {`lease`: 77, `error`: `e`} | 409",
        "release | {} | 400",
        "release | {`lease`: 77} | 409",
      })
  void isRefusedAndTheRunGoesOn(String what, String body, int status) {
    String sent = body.replace('`', '"').replace("LEASE", String.valueOf(lease));
    worker.problem(worker.post("/api/v1/tasks/" + task + "/" + what, sent), status, null);
    requireRunning();
  }

  @Test
  void aResultOfTwoMegabytesIsRefusedAndTheRunGoesOn() {
    String result = "x".repeat(2 << 20);
    HttpResponse<String> answer =
        worker.post(
            "/api/v1/tasks/" + task + "/complete",
            "{\"lease\": %d, \"result\": \"%s\"}".formatted(lease, result));
    worker.problem(answer, 413, "too-large");
    requireRunning();
  }

  @Test
  void detailsPastTheirBoundAreRefusedAndTheRunGoesOn() {
    String details = "x".repeat((1 << 16) + 1);
    HttpResponse<String> answer =
        worker.post(
            "/api/v1/tasks/" + task + "/progress",
            "{\"lease\": %d, \"details\": \"%s\"}".formatted(lease, details));
    worker.problem(answer, 400, "malformed-request");
    requireRunning();
  }

  @Test
  void aTaskThatDoesNotExistHasNoLeaseToHold() {
    String path = "/api/v1/tasks/" + UUID.randomUUID();
    worker.problem(worker.post(path + "/heartbeat", "{\"lease\": 1}"), 409, "conflict");
    worker.problem(
        worker.post("/api/v1/tasks/17/heartbeat", "{\"lease\": 1}"), 400, "malformed-id");
  }

  private static void requireRunning() {
    HttpResponse<String> answer =
        worker.post("/api/v1/tasks/" + task + "/heartbeat", "{\"lease\": %d}".formatted(lease));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
