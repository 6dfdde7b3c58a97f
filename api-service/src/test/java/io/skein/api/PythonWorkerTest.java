package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The example worker in Python against a real instance. */
@Tag("long")
@Timeout(120)
class PythonWorkerTest {
  private static final Path WORKER = Path.of("../examples/python-worker/worker.py");
  private static final List<Process> STARTED = new ArrayList<>();

  private static ApiStack stack;
  private static ApiClient operator;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1, Map.of("SKEIN_AGENT_PHASES", "tech_debt_assessment"));
    stack.startWorker(); // promotes and reaps for all
    operator = stack.client(1);
  }

  @AfterAll
  static void stop() throws Exception {
    STARTED.forEach(Process::destroyForcibly);
    stack.close();
  }

  @Test
  void itRunsWhatIsEnqueued() throws Exception {
    String queue = "q-" + UUID.randomUUID();
    startPython(queue);
    String task = enqueue(queue, "{\"text\": \"one three\"}");
    await().atMost(Duration.ofSeconds(30)).until(() -> state(task).equals("succeeded"));
    JsonNode shown = shown(task);
    assertThat(shown.get("result").get("words").asInt()).isEqualTo(2);
    assertThat(shown.get("worker").asString()).startsWith("http/");
  }

  @Test
  void killedInTheMiddleItsTaskRunsAgainElsewhere() throws Exception {
    String queue = "q-" + UUID.randomUUID();
    Process first = startPython(queue);
    String task = enqueue(queue, "{\"text\": \"again\", \"seconds\": 15}");
    await().atMost(Duration.ofSeconds(30)).until(() -> !shown(task).get("startedAt").isNull());
    first.destroyForcibly().waitFor();
    startPython(queue);
    await().atMost(Duration.ofSeconds(60)).until(() -> state(task).equals("succeeded"));
    assertThat(shown(task).get("crashes").asInt()).isOne();
    assertThat(shown(task).get("attempt").asInt()).isOne();
  }

  /** Its findings are the phase's, once, though the first one is killed over its work. */
  @Test
  void itDoesAPhaseOfAFlow() throws Exception {
    Process first = startPython("agents", Map.of("SKEIN_EXAMPLE_SECONDS", "60"));
    String flow = operator.create(ApiClient.CLEAR_CSV);
    await().atMost(Duration.ofSeconds(30)).until(() -> phase(flow).contains("running"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            operator
                .get(ApiClient.FLOWS + "/" + flow + "/progress")
                .body()
                .contains("python analyst"));
    first.destroyForcibly().waitFor();
    startPython("agents", Map.of());
    operator.awaitStatus(flow, Set.of("completed", "failed"));
    assertThat(operator.flow(flow).get("status").asString()).isEqualTo("completed");
    JsonNode findings =
        operator
            .tree(operator.get(ApiClient.FLOWS + "/" + flow + "/findings?limit=1000"))
            .get("items");
    assertThat(
            findings
                .valueStream()
                .filter(finding -> finding.get("title").asString().equals("Seen by Python")))
        .hasSize(3);
  }

  private static String phase(String flow) {
    return stack.database.read(handle ->
        handle
            .select(
                "select coalesce(max(state), '') from tasks where flow = ? and queue = 'agents'",
                UUID.fromString(flow))
            .mapTo(String.class)
            .one());
  }

  private static Process startPython(String queue) throws IOException {
    return startPython(queue, Map.of());
  }

  private static Process startPython(String queue, Map<String, String> environment)
      throws IOException {
    ProcessBuilder python =
        new ProcessBuilder("python3", WORKER.toAbsolutePath().toString()).inheritIO();
    python.environment().put("SKEIN_URL", "http://127.0.0.1:" + stack.instance(1).port());
    python.environment().put("SKEIN_TOKEN", TestTokens.ofUser("agent", "worker"));
    python.environment().put("SKEIN_QUEUES", queue);
    python.environment().putAll(environment);
    Process process = python.start();
    STARTED.add(process);
    return process;
  }

  private static String enqueue(String queue, String payload) {
    return stack.database.inTransaction((Transaction transaction) ->
        transaction
            .handle()
            .select(
                "select skein_enqueue(?, 'count_words', ?::jsonb, tenant => ?)::text",
                queue,
                payload,
                TestTokens.TENANT)
            .mapTo(String.class)
            .one());
  }

  private static String state(String task) {
    return shown(task).get("state").asString();
  }

  private static JsonNode shown(String task) {
    return operator.tree(operator.get("/api/v1/tasks/" + task));
  }
}
