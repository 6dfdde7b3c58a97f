package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A phase of a flow that an agent does by the lease protocol; here the test is the agent. */
@Timeout(120)
class AgentPhaseTest {
  private static final String CLAIM =
      "{\"worker\": \"agent-1\", \"queues\": [\"agents\"], \"types\": [\"tech_debt_assessment\"],"
          + " \"waitSeconds\": 5}";
  private static final String FINDING =
      "{\"severity\": \"high\", \"category\": \"lifecycle\", \"title\": \"Old\", \"detail\": \"It is.\"}";

  private static ApiStack stack;
  private static ApiClient operator;
  private static ApiClient agent;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2, Map.of("SKEIN_AGENT_PHASES", "tech_debt_assessment"));
    stack.startWorker();
    operator = stack.client(1);
    // Of another account: agents work for all.
    agent = stack.anonymous(2).withToken(TestTokens.ofUser("agent", "worker", "rival"));
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void theFlowCompletesWithWhatTheAgentFound() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    JsonNode task = claim(flow);
    assertThat(task.get("payload").get("kind").asString()).isEqualTo("discovery");
    String lease = task.get("taskId").asString() + "/" + task.get("lease").asLong();
    String assets = ApiClient.FLOWS + "/" + flow + "/assets";
    assertThat(agent.tree(agent.with("Skein-Lease", lease).get(assets)).get("items").size())
        .isEqualTo(3);
    assertThat(post(task, "progress", ", \"percent\": 40, \"details\": {\"agent\": \"ada\"}"))
        .contains("running");
    await()
        .untilAsserted(() ->
            assertThat(operator.get(ApiClient.FLOWS + "/" + flow + "/progress").body())
                .contains("\"ada\"")
                .contains("tech_debt_assessment"));
    assertThat(post(task, "complete", ", \"result\": {\"findings\": [" + FINDING + "]}"))
        .contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
    assertThat(operator.get(ApiClient.FLOWS + "/" + flow + "/findings").body()).contains("It is.");
    assertThat(post(task, "complete", ", \"result\": {\"findings\": []}"))
        .contains("lease is lost");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'findings': 7}",
        "{'findings': [{}]}",
        "{'findings': [{'severity': 'worst', 'category': 'lifecycle', 'title': 't', 'detail': 'd'}]}",
        "{'findings': [{'severity': 'low', 'category': 'lifecycle', 'title': '', 'detail': 'd'}]}",
        "{'findings': [{'severity': 'low', 'category': 'lifecycle', 'title': 't', 'detail': '\\u0000'}]}",
      })
  void aResultThatCannotBeUsedIsRefusedAndTheAgentMayCorrectIt(String result) {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    JsonNode task = claim(flow);
    agent.problem(
        agent.post(
            path(task, "complete"), body(task, ", \"result\": " + result.replace('\'', '"'))),
        422,
        "unusable-input");
    assertThat(post(task, "heartbeat", "")).contains("running");
    assertThat(post(task, "complete", ", \"result\": {\"findings\": []}")).contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
  }

  @Test
  void anAgentThatGivesUpFailsTheFlowAndARetryAsksAgain() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    JsonNode task = claim(flow);
    assertThat(post(task, "fail", ", \"error\": \"no idea\", \"permanent\": true"))
        .contains("failed");
    operator.awaitStatus(flow, Set.of("failed"));
    assertThat(operator.flow(flow).get("error").toString()).contains("no idea");
    operator.post(ApiClient.FLOWS + "/" + flow + "/retry", "");
    JsonNode again = claim(flow);
    assertThat(again.get("payload").get("run").asInt()).isEqualTo(2);
    assertThat(post(again, "complete", ", \"result\": {\"findings\": []}")).contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
  }

  @Test
  void ofACancelledFlowNothingIsTaken() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    JsonNode task = claim(flow);
    operator.post(ApiClient.FLOWS + "/" + flow + "/cancel", "");
    agent.problem(
        agent.post(
            path(task, "complete"), body(task, ", \"result\": {\"findings\": [" + FINDING + "]}")),
        409,
        "conflict");
    assertThat(operator.get(ApiClient.FLOWS + "/" + flow + "/findings").body())
        .doesNotContain("It is.");
  }

  @Test
  void anAgentOfAPausedFlowDoesNotBeginAndAfterItsResumptionDoes() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    awaitQueued(flow);
    operator.post(ApiClient.FLOWS + "/" + flow + "/pause", "");
    assertThat(agent.tree(agent.post("/api/v1/workers/claims", CLAIM)).get("tasks")).isEmpty();
    assertThat(
            stack.count(
                "select count(*) from tasks where queue = 'agents' and state = 'cancelled'"
                    + " and flow = ?::uuid",
                flow))
        .isOne();
    operator.post(ApiClient.FLOWS + "/" + flow + "/resume", "");
    JsonNode task = claim(flow);
    assertThat(post(task, "complete", ", \"result\": {\"findings\": []}")).contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
  }

  /** A phase waits for its agents as long as it takes; its time limit is for their work. */
  @Test
  void theTimeLimitOfAPhaseCountsFromItsClaim() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    awaitQueued(flow);
    var aged =
        stack.database.read(handle ->
            handle.execute(
                "update flow_phases set started_at = started_at - interval '1 day',"
                    + " deadline = deadline - interval '1 day'"
                    + " where flow_id = ?::uuid and phase = 'tech_debt_assessment'",
                flow));
    assertThat(aged).isOne();
    JsonNode task = claim(flow);
    assertThat(post(task, "complete", ", \"result\": {\"findings\": []}")).contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
  }

  private static void awaitQueued(String flow) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            stack.count(
                    "select count(*) from tasks where queue = 'agents' and state = 'queued'"
                        + " and flow = ?::uuid",
                    flow)
                == 1);
  }

  @Test
  void aLeaseOpensItsOwnFlowOnly() {
    String flow = operator.create(ApiClient.CLEAR_CSV);
    JsonNode task = claim(flow);
    String lease = task.get("taskId").asString() + "/" + task.get("lease").asLong();
    ApiClient stranger =
        stack.anonymous(1).withToken(TestTokens.of("rival", TestTokens.ENGAGEMENT));
    String assets = ApiClient.FLOWS + "/" + flow + "/assets";
    stranger.problem(stranger.with("Skein-Lease", lease).get(assets), 404, "not-found");
    agent.problem(agent.with("Skein-Lease", "odd").get(assets), 400, "malformed-request");
    assertThat(post(task, "complete", ", \"result\": {\"findings\": []}")).contains("succeeded");
    operator.awaitStatus(flow, Set.of("completed"));
  }

  private static JsonNode claim(String flow) {
    JsonNode[] found = new JsonNode[1];
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          JsonNode tasks = agent.tree(agent.post("/api/v1/workers/claims", CLAIM)).get("tasks");
          found[0] = tasks.isEmpty() ? null : tasks.get(0);
          return found[0] != null;
        });
    assertThat(found[0].get("flowId").asString()).isEqualTo(flow);
    return found[0];
  }

  private static String post(JsonNode task, String what, String more) {
    return agent.post(path(task, what), body(task, more)).body();
  }

  private static String path(JsonNode task, String what) {
    return "/api/v1/tasks/" + task.get("taskId").asString() + "/" + what;
  }

  private static String body(JsonNode task, String more) {
    return "{\"lease\": " + task.get("lease").asLong() + more + "}";
  }
}
