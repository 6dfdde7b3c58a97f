package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The judge of the outages sees what it shall see: against a server that answers as it is told. */
class ApiLoadTest {
  private static final int PER_SECOND = 200;
  private static final int ENOUGH = 40;

  /** For answers that do not come. */
  private static final Duration SHORT = Duration.ofMillis(500);

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HttpServer server;
  private ApiLoad load;
  private volatile Answer answer = exchange -> exchange.sendResponseHeaders(200, -1);

  private interface Answer {
    void to(HttpExchange exchange) throws IOException, InterruptedException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    ApiClient client =
        new ApiClient(http, JsonMapper.builder().build(), server.getAddress().getPort(), Map.of());
    load = new ApiLoad(List.of(client), List.of("read"), List.of("commanded"));
  }

  @AfterEach
  void stop() {
    letGo.countDown();
    load.close();
    server.stop(0);
    threads.close();
    http.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer.to(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void answersAsExpectedAreRight() {
    List<ApiLoad.Sample> samples = samples();
    assertThat(samples).hasSizeGreaterThanOrEqualTo(ENOUGH).noneMatch(ApiLoad.Sample::wrong);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 302, 400, 401, 403, 404, 429, 500, 501, 502, 503, 504})
  void everyOtherStatusIsWrong(int status) {
    answer = exchange -> exchange.sendResponseHeaders(status, -1);
    assertThat(samples()).hasSizeGreaterThanOrEqualTo(ENOUGH).allMatch(ApiLoad.Sample::wrong);
  }

  @Test
  void onlyCommandsMayMeetAConflict() {
    answer = exchange -> exchange.sendResponseHeaders(409, -1);
    assertThat(samples())
        .hasSizeGreaterThanOrEqualTo(ENOUGH)
        .allMatch(sample -> sample.wrong() != sample.command());
  }

  @Test
  void aRefusalThatSaysWhenToComeAgainIsRight() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "1");
          exchange.sendResponseHeaders(503, -1);
        };
    assertThat(samples()).hasSizeGreaterThanOrEqualTo(ENOUGH).noneMatch(ApiLoad.Sample::wrong);
  }

  @Test
  void aConnectionThatBreaksIsWrong() {
    answer = exchange -> exchange.close();
    assertThat(samples()).hasSizeGreaterThanOrEqualTo(ENOUGH).allMatch(ApiLoad.Sample::wrong);
  }

  /** Their time is that for which they were waited. */
  @Test
  void requestsThatHangAreCountedWithTheirTime() {
    answer = exchange -> letGo.await();
    List<ApiLoad.Sample> samples = samples(SHORT);
    assertThat(samples).hasSizeGreaterThanOrEqualTo(ENOUGH).allMatch(ApiLoad.Sample::wrong);
    assertThat(ApiLoad.percentile(samples, 0.5)).isGreaterThanOrEqualTo(SHORT.toMillis());
  }

  @Test
  void aBodyThatHangsIsNoAnswer() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().flush();
          letGo.await();
        };
    assertThat(samples(SHORT)).hasSizeGreaterThanOrEqualTo(ENOUGH).allMatch(ApiLoad.Sample::wrong);
  }

  private List<ApiLoad.Sample> samples() {
    return samples(Duration.ofMinutes(1));
  }

  private List<ApiLoad.Sample> samples(Duration patience) {
    load.start(PER_SECOND);
    await().atMost(Duration.ofMinutes(1)).until(() -> load.sent() >= ENOUGH);
    return load.finish(patience);
  }
}
