package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tasks, queues and workers as operators and workers see them. */
@Timeout(120)
class TasksTest {
  private static final String TASKS = "/api/v1/tasks";
  private static final String QUEUES = "/api/v1/queues";
  private static final String CLAIMS = "/api/v1/workers/claims";

  private static ApiStack stack;
  private static ApiClient viewer;
  private static ApiClient operator;
  private static ApiClient admin;
  private static ApiClient worker;
  private String queue = "";

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2);
    viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vic", "viewer"));
    operator = as("olga", "operator");
    admin = as("adam", "admin");
    worker = as("will", "worker");
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @BeforeEach
  void newQueue() {
    queue = "q-" + UUID.randomUUID();
  }

  @Test
  void everybodyReadsTheOwnAccountsTasksAndAnAdminAll() {
    String ours = enqueue(TestTokens.TENANT);
    String theirs = enqueue("rival");
    assertThat(ids(viewer)).containsExactly(ours);
    assertThat(ids(operator)).containsExactly(ours);
    assertThat(ids(admin)).containsExactly(theirs, ours);
    viewer.problem(viewer.get(TASKS + "/" + theirs), 404, "not-found");
    operator.problem(operator.post(TASKS + "/" + theirs + "/cancel", ""), 404, "not-found");
    operator.problem(operator.get(TASKS + "/" + theirs + "/attempts"), 404, "not-found");
    assertThat(ids(operator, "&tenant=rival")).containsExactly(ours);
    assertThat(ids(admin, "&tenant=rival")).containsExactly(theirs);
  }

  @Test
  void aListHasFiltersAndPages() {
    String first = enqueue(TestTokens.TENANT);
    String second = enqueue(TestTokens.TENANT);
    JsonNode page = viewer.tree(viewer.get(TASKS + "?limit=1&queue=" + queue));
    assertThat(page.get("items").get(0).get("taskId").asString()).isEqualTo(second);
    assertThat(ids(viewer, "&after=" + page.get("next").asString())).containsExactly(first);
    assertThat(ids(viewer, "&state=dead,failed")).isEmpty();
    assertThat(ids(viewer, "&state=queued&type=count&createdAfter=2020-01-01T00:00:00Z"))
        .hasSize(2);
    assertThat(ids(viewer, "&error=disk")).isEmpty();
    viewer.problem(viewer.get(TASKS + "?state=odd"), 400, "malformed-request");
    viewer.problem(viewer.get(TASKS + "?flow=odd"), 400, "malformed-id");
    viewer.problem(viewer.get(TASKS + "?after=odd"), 400, "malformed-id");
    viewer.problem(viewer.get(TASKS + "?before=" + first), 400, "malformed-request");
    viewer.problem(viewer.get(TASKS + "?state=dead&state=failed"), 400, "malformed-request");
  }

  @Test
  void anOperatorCancelsAndRetriesAndAViewerDoesNot() {
    String path = TASKS + "/" + enqueue(TestTokens.TENANT);
    viewer.problem(viewer.post(path + "/cancel", ""), 403, "forbidden");
    assertThat(state(operator, path + "/cancel")).isEqualTo("cancelled");
    operator.problem(operator.post(path + "/cancel", ""), 409, "conflict");
    viewer.problem(viewer.post(path + "/retry", ""), 403, "forbidden");
    assertThat(state(operator, path + "/retry")).isEqualTo("queued");
    operator.problem(operator.post(path + "/retry", ""), 409, "conflict");
  }

  @Test
  void manyAreCountedThenConfirmed() {
    enqueue(TestTokens.TENANT);
    enqueue(TestTokens.TENANT);
    enqueue("rival");
    String bulk = TASKS + "/bulk?queue=" + queue;
    viewer.problem(viewer.post(bulk, "{\"action\": \"cancel\"}"), 403, "forbidden");
    operator.problem(operator.post(bulk, "{\"action\": \"odd\"}"), 400, "malformed-request");
    JsonNode counted = operator.tree(operator.post(bulk, "{\"action\": \"cancel\"}"));
    assertThat(counted.get("count").asInt()).isEqualTo(2);
    String confirm =
        "{\"action\": \"cancel\", \"token\": \"" + counted.get("token").asString() + "\"}";
    operator.problem(operator.post(bulk + "&type=other", confirm), 409, "conflict");
    JsonNode changed = operator.tree(operator.post(bulk, confirm));
    assertThat(changed.get("changed").asInt()).isEqualTo(2);
    assertThat(changed.get("more").asBoolean()).isFalse();
    assertThat(ids(admin, "&state=queued")).hasSize(1);
  }

  @Test
  void aMisspelledOrMissingFilterDoesNotMeanAll() {
    String id = enqueue(TestTokens.TENANT);
    String purge = "{\"action\": \"purge\"}";
    operator.problem(operator.post(TASKS + "/bulk?stat=dead", purge), 400, "malformed-request");
    operator.problem(operator.post(TASKS + "/bulk", purge), 400, "malformed-request");
    operator.problem(operator.post(TASKS + "/bulk?state=", purge), 400, "malformed-request");
    viewer.problem(viewer.get(TASKS + "/" + id + "?x=1"), 400, "malformed-request");
    viewer.problem(viewer.get(QUEUES + "?x=1"), 400, "malformed-request");
    viewer.problem(viewer.get("/api/v1/workers?x=1"), 400, "malformed-request");
    assertThat(viewer.get(TASKS + "?stat=dead").body())
        .contains("There is no parameter stat here", "createdAfter");
  }

  @Test
  void aQueueIsPausedLimitedAndShown() {
    enqueue(TestTokens.TENANT);
    String path = QUEUES + "/" + queue;
    operator.problem(operator.post(path + "/pause", ""), 403, "forbidden");
    assertThat(admin.tree(admin.post(path + "/pause", "")).get("pausedAt").isNull()).isFalse();
    assertThat(claim("").get("tasks").isEmpty()).isTrue();
    operator.problem(operator.post(path + "/resume", ""), 403, "forbidden");
    admin.post(path + "/resume", "");
    JsonNode changed =
        admin.tree(limits("{\"maxRunning\": 5, \"rate\": 10, \"periodSeconds\": 60}"));
    assertThat(changed.propertyNames()).containsExactly("queue", "pausedAt", "limits");
    assertThat(changed.get("limits").get("rate").asInt()).isEqualTo(10);
    JsonNode limited = viewer.tree(viewer.get(path));
    assertThat(limited.get("limits")).isEqualTo(changed.get("limits"));
    assertThat(limited.get("live").get("queued").asInt()).isOne();
    assertThat(limited.get("countedUpTo").asInt()).isEqualTo(10_000);
    assertThat(limited.get("dead").asInt()).isZero();
    JsonNode type = limited.get("types").get(0);
    assertThat(type.get("type").asString()).isEqualTo("count");
    assertThat(type.get("oldestWaitSeconds").asDouble()).isPositive();
    assertThat(type.get("lastHour").propertyNames())
        .containsExactly(
            "since",
            "succeeded",
            "failed",
            "retried",
            "crashed",
            "meanSeconds",
            "medianSeconds",
            "p95Seconds");
    admin.problem(limits("{\"rate\": 10}"), 400, "malformed-request");
    JsonNode vast = admin.problem(limits("{\"maxRunning\": 99999999999}"), 400, "malformed-json");
    assertThat(vast.get("detail").asString()).contains("The number at line 1");
    admin.problem(limits("{\"maxRunning\": -1}"), 400, "malformed-request");
    assertThat(viewer.get(QUEUES).body()).contains(queue);
    assertThat(claim("").get("tasks").size()).isOne();
  }

  @Test
  void aBodyThatIsNotUnderstoodAsAWholeRemovesNoLimit() {
    admin.tree(limits("{\"maxRunning\": 5}"));
    for (String body :
        List.of(
            "{\"maxRunnin\": 1}",
            "{\"maxRunning\": 1, \"maxRunning\": 2}",
            "{\"maxRunning\": 1.5}",
            "{\"maxRunning\": \"3\"}",
            "{} {}",
            "")) {
      admin.problem(limits(body), 400, "malformed-json");
    }
    assertThat(limits("{\"maxRunnin\": 1}").body())
        .contains("There is no field maxRunnin here. This request takes maxPerKey, maxPerTenant,");
    for (String text : List.of("5", "1.5", "true")) {
      String bulk = "{\"action\": %s}".formatted(text);
      operator.problem(operator.post(TASKS + "/bulk?state=dead", bulk), 400, "malformed-json");
    }
    JsonNode limits = admin.tree(admin.get(QUEUES + "/" + queue)).get("limits");
    assertThat(limits.get("maxRunning").asInt()).isEqualTo(5);
  }

  @Test
  void aFilterWithoutAValueIsRefused() {
    for (String filter : List.of("state=", "queue=", "flow=", "error=", "type")) {
      JsonNode refused = viewer.problem(viewer.get(TASKS + "?" + filter), 400, "malformed-request");
      assertThat(refused.get("detail").asString()).contains("is empty");
    }
    assertThat(viewer.get(TASKS + "?after=").statusCode()).as("the first page").isEqualTo(200);
  }

  /** A lock stands for a table that is too large to be searched in time. */
  @Test
  void whatTakesTooLongIsRefusedAndAChangeOfAQueueDoesNotWaitForFigures() {
    String path = QUEUES + "/" + queue;
    stack.database.useTransaction(transaction -> {
      transaction.handle().execute("set local idle_in_transaction_session_timeout = 0");
      transaction.handle().execute("lock table tasks");
      JsonNode refused = viewer.problem(viewer.get(TASKS + "?error=zzz"), 400, "malformed-request");
      assertThat(refused.get("detail").asString()).contains("narrow it");
      operator.problem(
          operator.post(TASKS + "/bulk?error=zzz", "{\"action\": \"purge\"}"),
          400,
          "malformed-request");
      assertThat(admin.tree(admin.post(path + "/pause", "")).get("pausedAt").isNull()).isFalse();
      assertThat(limits("{\"maxRunning\": 5}").statusCode()).isEqualTo(200);
      assertThat(admin.tree(admin.post(path + "/resume", "")).get("pausedAt").isNull()).isTrue();
    });
  }

  @Test
  void aFilterWithACharacterThatNoTextHasIsRefused() {
    String count = "{\"action\": \"cancel\"}";
    for (String name : List.of("error", "queue", "type", "tenant")) {
      String query = "?" + name + "=a%00b";
      admin.problem(admin.get(TASKS + query), 400, "malformed-request");
      admin.problem(admin.post(TASKS + "/bulk" + query, count), 400, "malformed-request");
    }
    viewer.problem(viewer.get(QUEUES + "/a%00b"), 400, "malformed-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select jsonb_build_object('n', 1e2000)",
        "select (repeat('[', 3000) || repeat(']', 3000))::jsonb",
      })
  void whatJsonOfPostgresHasBeyondOthersIsHandedOutAsItIs(String payload) {
    String id =
        stack.database.read(handle ->
            handle
                .select(
                    "select skein_enqueue(?, 'count', (" + payload + "), tenant => ?)::text",
                    queue,
                    TestTokens.TENANT)
                .mapTo(String.class)
                .one());
    HttpResponse<String> claimed = worker.post(CLAIMS, claimBody(""));
    assertThat(claimed.statusCode()).isEqualTo(200);
    String text =
        stack.database.read(handle ->
            handle
                .select("select payload::text from tasks where id = ?::uuid", id)
                .mapTo(String.class)
                .one());
    assertThat(claimed.body()).contains(id, "\"payload\":" + text);
    HttpResponse<String> shown = viewer.get(TASKS + "/" + id);
    assertThat(shown.statusCode()).isEqualTo(200);
    assertThat(shown.body()).contains(text);
  }

  @Test
  void aWorkerClaimsOverHttpAndNamesItsLease() {
    String id = enqueue(TestTokens.TENANT);
    viewer.problem(viewer.post(CLAIMS, claimBody("")), 403, "forbidden");
    operator.problem(operator.post(CLAIMS, claimBody("")), 403, "forbidden");
    JsonNode claimed = claim(", \"waitSeconds\": 5");
    JsonNode task = claimed.get("tasks").get(0);
    assertThat(task.get("taskId").asString()).isEqualTo(id);
    assertThat(claimed.get("leaseSeconds").asInt()).isEqualTo(15);
    assertThat(task.get("startedAt").isNull()).isTrue();
    long lease = task.get("lease").asLong();
    String path = TASKS + "/" + id;
    viewer.problem(viewer.post(path + "/heartbeat", lease(lease, "")), 403, "forbidden");
    assertThat(worker.post(path + "/heartbeat", lease(lease, "")).statusCode()).isEqualTo(200);
    assertThat(
            worker
                .post(path + "/progress", lease(lease, ", \"percent\": 30, \"details\": [1]"))
                .statusCode())
        .isEqualTo(200);
    worker.problem(worker.post(path + "/heartbeat", lease(lease - 1, "")), 409, "conflict");
    worker.problem(worker.post(path + "/heartbeat", "{}"), 400, "malformed-request");
    worker.problem(
        worker.post(path + "/complete", lease(lease, ", \"result\": \"\\u0000\"")),
        422,
        "unusable-input");
    assertThat(worker.post(path + "/complete", lease(lease, ", \"result\": {\"n\": 1}")).body())
        .contains("succeeded");
    worker.problem(worker.post(path + "/complete", lease(lease, "")), 409, "conflict");
    JsonNode shown = viewer.tree(viewer.get(path));
    assertThat(shown.get("startedAt").isNull()).isFalse();
    assertThat(shown.get("result").get("n").asInt()).isOne();
    assertThat(shown.get("details").get(0).asInt()).isOne();
    assertThat(viewer.tree(viewer.get(path + "/attempts")).get("items").size()).isOne();
    assertThat(viewer.get("/api/v1/workers").body()).contains("http/py-" + queue);
  }

  @Test
  void aRunFailsOrIsGivenBack() {
    String path = TASKS + "/" + enqueue(TestTokens.TENANT);
    long first = claim("").get("tasks").get(0).get("lease").asLong();
    assertThat(worker.post(path + "/release", lease(first, "")).body()).contains("queued");
    long second = claim("").get("tasks").get(0).get("lease").asLong();
    worker.problem(worker.post(path + "/fail", lease(second, "")), 400, "malformed-request");
    assertThat(
            worker
                .post(path + "/fail", lease(second, ", \"error\": \"x\", \"permanent\": true"))
                .body())
        .contains("failed");
  }

  @Test
  void aClaimSaysWhatIsWrongWithIt() {
    worker.problem(worker.post(CLAIMS, "{}"), 400, "malformed-request");
    worker.problem(worker.post(CLAIMS, claimBody(", \"most\": 0")), 400, "malformed-request");
    worker.problem(
        worker.post(CLAIMS, claimBody(", \"waitSeconds\": 31")), 400, "malformed-request");
    worker.problem(worker.post(CLAIMS, claimBody(", \"running\": [\"x\"]")), 400, "malformed-id");
    worker.problem(
        worker.post(CLAIMS, claimBody("").replace("count", "process_flow_phase")),
        400,
        "malformed-request");
  }

  private static ApiClient as(String user, String role) {
    return stack.anonymous(1).withToken(TestTokens.ofUser(user, role));
  }

  private String enqueue(String tenant) {
    return stack.database.read(handle ->
        handle
            .select("select skein_enqueue(?, 'count', '{}', tenant => ?)::text", queue, tenant)
            .mapTo(String.class)
            .one());
  }

  private JsonNode claim(String more) {
    return worker.tree(worker.post(CLAIMS, claimBody(more)));
  }

  private String claimBody(String more) {
    return "{\"worker\": \"py-%1$s\", \"queues\": [\"%1$s\"], \"types\": [\"count\"]%2$s}"
        .formatted(queue, more);
  }

  private static String lease(long number, String more) {
    return "{\"lease\": " + number + more + "}";
  }

  private HttpResponse<String> limits(String body) {
    return admin
        .with("Content-Type", "application/json")
        .send("PUT", QUEUES + "/" + queue + "/limits", BodyPublishers.ofString(body));
  }

  private static String state(ApiClient client, String path) {
    return client.tree(client.post(path, "")).get("state").asString();
  }

  private List<String> ids(ApiClient client) {
    return ids(client, "");
  }

  private List<String> ids(ApiClient client, String more) {
    JsonNode list = client.tree(client.get(TASKS + "?queue=" + queue + more));
    List<String> ids = new ArrayList<>();
    list.get("items").forEach(item -> ids.add(item.get("taskId").asString()));
    return ids;
  }
}
