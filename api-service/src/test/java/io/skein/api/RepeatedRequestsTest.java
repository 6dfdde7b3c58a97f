package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Two clicks, over two instances, do the work once; whoever acts on an old state is told so. */
class RepeatedRequestsTest {
  private static final int CLICKS = 4;

  private static ApiStack stack;
  private static ApiClient first;
  private static ApiClient second;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2);
    first = stack.client(1);
    second = stack.client(2);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void clicksOnCreateMakeOneFlow() throws Exception {
    Map<String, Long> before = stack.rowCounts();
    List<HttpResponse<String>> answers =
        clicks(client -> client.upload("?file=a.csv&name=once", ApiClient.CLEAR_CSV));
    assertSameAnswers(answers, 201);
    assertThat(answers)
        .extracting(answer -> answer.headers().firstValue("Location"))
        .containsOnly(answers.getFirst().headers().firstValue("Location"));
    Map<String, Long> after = stack.rowCounts();
    for (String table : List.of("flows", "uploads", "upload_chunks", "streams")) {
      assertThat(after.getOrDefault(table, 0L) - before.getOrDefault(table, 0L))
          .as(table)
          .isEqualTo(1);
    }
    String flow = id(answers.getFirst());
    assertThat(events(stack, flow, "flow_created")).isEqualTo(1);
    assertThat(stack.count("select count(*) from tasks where flow = ?", UUID.fromString(flow)))
        .isEqualTo(1);
  }

  @Test
  void clicksOnResumeResumeOnce() throws Exception {
    String flow = first.create(ApiClient.CLEAR_CSV);
    assertThat(first.post(FLOWS + "/" + flow + "/pause", "{}").statusCode()).isEqualTo(200);
    assertSameAnswers(clicks(client -> client.post(FLOWS + "/" + flow + "/resume", "{}")), 200);
    assertThat(events(stack, flow, "flow_resumed")).isEqualTo(1);
    assertThat(
            stack.count(
                "select count(*) from tasks where flow = ? and state in"
                    + " ('scheduled', 'queued', 'running')",
                UUID.fromString(flow)))
        .isEqualTo(1);
  }

  @Test
  void clicksOnApproveApproveOnce() throws Exception {
    try (ApiStack working = ApiStack.start(2)) {
      working.startWorker();
      ApiClient one = working.client(1);
      String flow = one.create(ApiClient.UNCLEAR_CSV);
      assertThat(one.awaitStatus(flow, Set.of("waiting_for_user", "failed")).get("status"))
          .hasToString("\"waiting_for_user\"");
      assertSameAnswers(
          clicks(
              one, working.client(2), client -> client.post(FLOWS + "/" + flow + "/approve", "{}")),
          200);
      assertThat(events(working, flow, "mapping_approved")).isEqualTo(1);
      one.awaitStatus(flow, Set.of("completed"));
      assertThat(
              working.count(
                  "select count(*) from (select phase from events where stream_id = ? and type ="
                      + " 'phase_started' group by phase having count(*) > 1) as repeated",
                  UUID.fromString(flow)))
          .isZero();
    }
  }

  @Test
  void aKeyStandsForOneRequestOnly() {
    ApiClient keyed = first.with("Idempotency-Key", UUID.randomUUID().toString());
    HttpResponse<String> created = keyed.upload("?file=a.csv", ApiClient.CLEAR_CSV);
    assertThat(created.statusCode()).isEqualTo(201);
    Map<String, Long> before = stack.rowCounts();
    List<HttpResponse<String>> others =
        List.of(
            keyed.upload("?file=a.csv&name=another", ApiClient.CLEAR_CSV),
            keyed.upload("?file=a.csv", ApiClient.CLEAR_CSV + "srv-x,192.168.1.99,,,,\n"),
            keyed.upload("?file=a.csv&asOf=2020-01-01", ApiClient.CLEAR_CSV),
            keyed.post(FLOWS + "/" + id(created) + "/cancel", ""),
            keyed
                .withToken(TestTokens.of(TestTokens.TENANT, "another-engagement"))
                .upload("?file=a.csv", ApiClient.CLEAR_CSV));
    others.forEach(other -> first.problem(other, 409, "conflict"));
    assertThat(stack.rowCounts()).isEqualTo(before);
    assertThat(first.flow(id(created)).get("status").asString()).isNotEqualTo("cancelled");
  }

  @Test
  void anotherClientAccountMayUseTheSameKey() {
    ApiClient keyed = first.with("Idempotency-Key", "shared-" + UUID.randomUUID());
    String ours = id(keyed.upload("?file=a.csv", ApiClient.CLEAR_CSV));
    HttpResponse<String> theirs =
        keyed
            .withToken(TestTokens.of("another-tenant", TestTokens.ENGAGEMENT))
            .upload("?file=a.csv", ApiClient.CLEAR_CSV);
    assertThat(theirs.statusCode()).isEqualTo(201);
    assertThat(id(theirs)).isNotEqualTo(ours);
  }

  @Test
  void aStaleIfMatchIsAnsweredWithTheCurrentVersion() {
    HttpResponse<String> created = first.upload("?file=a.csv", ApiClient.CLEAR_CSV);
    String flow = id(created);
    String seen = tag(created);
    HttpResponse<String> paused =
        first.with("If-Match", seen).post(FLOWS + "/" + flow + "/pause", "{}");
    assertThat(paused.statusCode()).as(paused.body()).isEqualTo(200);
    long version = first.tree(paused).get("version").asLong();

    HttpResponse<String> stale =
        second.with("If-Match", seen).post(FLOWS + "/" + flow + "/cancel", "{}");
    JsonNode problem = first.problem(stale, 412, "version-mismatch");
    assertThat(problem.get("version").asLong()).isEqualTo(version);
    assertThat(tag(stale)).isEqualTo(tag(paused));
    assertThat(second.flow(flow).get("status").asString()).isEqualTo("paused");

    HttpResponse<String> anew =
        second.with("If-Match", tag(stale)).post(FLOWS + "/" + flow + "/cancel", "{}");
    assertThat(anew.statusCode()).isEqualTo(200);
    first.problem(
        first.with("If-Match", "\"one\"").post(FLOWS + "/" + flow + "/cancel", ""), 400, null);
  }

  @Test
  void anUnchangedStateIs304AndMinVersionIsHonouredByTheOtherInstance() {
    HttpResponse<String> created = first.upload("?file=a.csv", ApiClient.CLEAR_CSV);
    String flow = id(created);
    String state = FLOWS + "/" + flow + "/state";
    HttpResponse<String> read = second.get(state);
    assertThat(read.statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          HttpResponse<String> current = second.get(state);
          HttpResponse<String> again = second.with("If-None-Match", tag(current)).get(state);
          assertThat(again.statusCode()).isEqualTo(304);
          assertThat(again.body()).isEmpty();
          assertThat(tag(again)).isEqualTo(tag(current));
        });

    for (String command : List.of("pause", "resume", "pause", "cancel")) {
      HttpResponse<String> done = first.post(FLOWS + "/" + flow + "/" + command, "{}");
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      long version = first.tree(done).get("version").asLong();
      HttpResponse<String> seen = second.get(state + "?minVersion=" + version);
      assertThat(second.tree(seen).get("version").asLong()).isGreaterThanOrEqualTo(version);
      assertThat(second.with("If-None-Match", tag(read)).get(state + "?minVersion=" + version))
          .extracting(HttpResponse::statusCode)
          .isEqualTo(200);
    }
    for (String bad : List.of("-1", "x", "1.5", "99999999999999999999")) {
      first.problem(first.get(state + "?minVersion=" + bad), 400, "malformed-request");
    }
  }

  private static List<HttpResponse<String>> clicks(Function<ApiClient, HttpResponse<String>> click)
      throws Exception {
    return clicks(first, second, click);
  }

  /** The same request with the same key, at the same moment, in turn to both instances. */
  private static List<HttpResponse<String>> clicks(
      ApiClient one, ApiClient other, Function<ApiClient, HttpResponse<String>> click)
      throws Exception {
    String key = UUID.randomUUID().toString();
    CyclicBarrier together = new CyclicBarrier(CLICKS);
    List<Future<HttpResponse<String>>> pending = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < CLICKS; n++) {
        ApiClient client = (n % 2 == 0 ? one : other).with("Idempotency-Key", key);
        Callable<HttpResponse<String>> task =
            () -> {
              together.await();
              return untilFree(() -> click.apply(client));
            };
        pending.add(threads.submit(task));
      }
      List<HttpResponse<String>> answers = new ArrayList<>();
      for (Future<HttpResponse<String>> answer : pending) {
        answers.add(answer.get());
      }
      return answers;
    }
  }

  /** Does what the answer says when another command holds the flow for too long. */
  private static HttpResponse<String> untilFree(Callable<HttpResponse<String>> request) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(request, answer -> answer.headers().firstValue("Retry-After").isEmpty());
  }

  private static void assertSameAnswers(List<HttpResponse<String>> answers, int status) {
    assertThat(answers).extracting(HttpResponse::body).containsOnly(answers.getFirst().body());
    assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(status);
    assertThat(answers).extracting(RepeatedRequestsTest::tag).containsOnly(tag(answers.getFirst()));
  }

  private static long events(ApiStack stack, String flow, String type) {
    return stack.count(
        "select count(*) from events where stream_id = ? and type = ?",
        UUID.fromString(flow),
        type);
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private static String id(HttpResponse<String> created) {
    return first.tree(created).get("flowId").asString();
  }
}
