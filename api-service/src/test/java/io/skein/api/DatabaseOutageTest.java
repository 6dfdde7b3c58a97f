package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** While PostgreSQL is away each request is told to come again; afterwards all is as before. */
@Tag("long")
class DatabaseOutageTest {
  private static PostgresServer server;
  private static ApiStack stack;
  private static ApiClient api;

  @BeforeAll
  static void start() throws Exception {
    server = TestServers.newPostgres();
    stack = ApiStack.start(server);
    api = stack.client(1);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
    server.close();
  }

  @Test
  void requestsAreToldToComeAgainAndTheServiceHeals() throws Exception {
    String flow = api.create(ApiClient.CLEAR_CSV);
    String path = FLOWS + "/" + flow;
    Map<String, Long> before = stack.rowCounts();
    server.stop();
    List<Supplier<HttpResponse<String>>> requests =
        List.of(
            () -> api.get(FLOWS),
            () -> api.get(path),
            () -> api.get(path + "/events"),
            () -> api.get(path + "/assets"),
            () -> api.get(path + "/state?minVersion=1000000"),
            () -> api.post(path + "/pause", "{}"),
            () -> api.upload("", ApiClient.CLEAR_CSV));
    for (HttpResponse<String> answer : together(requests)) {
      api.problem(answer, 503, "unavailable");
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
    // Any status but 200 would end the client's EventSource for good.
    HttpResponse<String> stream = api.get(path + "/events/stream");
    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.body()).startsWith("retry:").doesNotContain("data:");
    assertThat(ready()).isEqualTo(503);
    assertThat(stack.anonymous(1).get("/").statusCode()).isEqualTo(200);

    server.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          assertThat(api.get(path).statusCode()).isEqualTo(200);
          assertThat(ready()).isEqualTo(200);
        });
    assertThat(stack.rowCounts()).isEqualTo(before);
    assertThat(api.post(path + "/pause", "{}").statusCode()).isEqualTo(200);
  }

  private static List<HttpResponse<String>> together(List<Supplier<HttpResponse<String>>> requests)
      throws Exception {
    List<Future<HttpResponse<String>>> pending = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      requests.forEach(request -> pending.add(threads.submit(request::get)));
    }
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (Future<HttpResponse<String>> answer : pending) {
      answers.add(answer.get());
    }
    return answers;
  }

  private static int ready() throws Exception {
    URI readiness =
        URI.create("http://127.0.0.1:" + stack.instance(1).managementPort() + "/readyz");
    return stack
        .http
        .send(HttpRequest.newBuilder(readiness).build(), BodyHandlers.discarding())
        .statusCode();
  }
}
