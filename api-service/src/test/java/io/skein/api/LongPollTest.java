package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import io.skein.testing.Stalls;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Workers that wait for a task over HTTP, and what becomes of it when one of the two ends. */
@Tag("long")
@Timeout(300)
class LongPollTest {
  private final String token = TestTokens.ofUser("agent", "worker");
  private ApiStack stack;

  @BeforeEach
  void start() throws Exception {
    stack = ApiStack.start(2, Map.of("SKEIN_DRAIN", "30s"));
  }

  @AfterEach
  void stop() throws Exception {
    stack.close();
  }

  /**
   * The answer goes into a closed connection: the task is lost until its lease is over, which is
   * not counted against it.
   */
  @Test
  void aTaskThatIsGivenToADeadWorkerIsGivenToAnotherWithin20Seconds() throws Exception {
    stack.startWorker(); // reaps
    Stalls.repeatIfStalled(this::giveToADeadWorkerAndThenToAnother);
  }

  private void giveToADeadWorkerAndThenToAnother() throws Exception {
    String queue = "q-" + UUID.randomUUID();
    String dead = "dead-" + UUID.randomUUID();
    String body = claim(queue, dead, 30);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stack.instance(1).port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /api/v1/workers/claims HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                  + token
                  + "\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body)
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      awaitWorker(dead);
    }
    String task = enqueue(queue);
    long begin = System.nanoTime();
    ApiClient other = stack.anonymous(2).withToken(token);
    await().atMost(Duration.ofSeconds(10)).until(() -> worker(task).equals("http/" + dead));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          JsonNode tasks =
              other
                  .tree(other.post("/api/v1/workers/claims", claim(queue, "alive", 2)))
                  .get("tasks");
          return !tasks.isEmpty() && tasks.get(0).get("taskId").asString().equals(task);
        });
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    assertThat(worker(task)).isEqualTo("http/alive");
    assertThat(stack.count("select crash_count from tasks where id = ?::uuid", task)).isZero();
  }

  /** Whatever it takes to end the streams. */
  @Test
  void anInstanceThatStopsAnswersThoseWhoWaitAtOnce() throws Exception {
    ApiClient client = stack.anonymous(1).withToken(token);
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(() ->
            client.post("/api/v1/workers/claims", claim("q-" + UUID.randomUUID(), "waiting", 30)));
    awaitWorker("waiting");
    await().pollDelay(Duration.ofSeconds(2)).until(() -> !waiting.isDone());
    Thread stopping = Thread.ofVirtual().start(stack.instance(1)::close);
    HttpResponse<String> answer = waiting.get(10, TimeUnit.SECONDS);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(client.tree(answer).get("tasks")).isEmpty();
    stopping.join();
  }

  private static String claim(String queue, String name, int waitSeconds) {
    return "{\"worker\": \"%s\", \"queues\": [\"%s\"], \"types\": [\"t\"], \"waitSeconds\": %d}"
        .formatted(name, queue, waitSeconds);
  }

  private void awaitWorker(String name) {
    await()
        .until(() ->
            stack.count("select count(*) from task_workers where identity = ?", "http/" + name)
                == 1);
  }

  private String enqueue(String queue) {
    return stack.database.inTransaction((Transaction transaction) ->
        transaction
            .handle()
            .select("select skein_enqueue(?, 't', '{}')::text", queue)
            .mapTo(String.class)
            .one());
  }

  private String worker(String task) {
    return stack.database.read(handle ->
        handle
            .select("select coalesce(worker, '') from tasks where id = ?::uuid", task)
            .mapTo(String.class)
            .one());
  }
}
