package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A page of another site, in a real browser: by cookie and by ticket, longer than a stream may
 * last. {@code localhost} and {@code 127.0.0.1} are two sites, and the browser takes both for
 * secure.
 */
class ForeignPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String FOLLOW =
      """
      address => {
        window.heard = []; window.hellos = 0; window.resets = 0;
        window.source = new EventSource(address, { withCredentials: true });
        source.onmessage = e => heard.push(JSON.parse(e.data));
        source.addEventListener('hello', () => hellos++);
        source.addEventListener('reset', () => resets++);
      }
      """;
  private static final String CALL =
      """
      async ([address, body, headers]) => {
        const answer = await fetch(address, { method: 'POST', body: JSON.stringify(body),
          credentials: 'include', headers: { 'Content-Type': 'application/json', ...headers } });
        return [answer.status, await answer.json()];
      }
      """;

  private static Chromium chromium;
  private static HttpServer elsewhere;
  private static ApiStack stack;

  @BeforeAll
  static void start() throws Exception {
    elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    elsewhere.createContext(
        "/",
        exchange -> {
          byte[] page = "<!doctype html><title>elsewhere</title>".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    elsewhere.start();
    chromium = new Chromium();
    stack =
        ApiStack.start(1, Map.of("SKEIN_ALLOWED_ORIGINS", origin(), "SKEIN_STREAM_MAX_AGE", "1s"));
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
    chromium.close();
    elsewhere.stop(0);
  }

  @Test
  void aCookieOpensTheStreamAgainAndAgain() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    try (Page page = openPage()) {
      assertThat(call(page, "/api/v1/session", Map.of("token", TestTokens.genuine()), Map.of()))
          .isEqualTo(200);
      follow(page, flow, "");
    }
  }

  @Test
  void aTicketOpensTheStreamAgainAndAgain() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    try (Page page = openPage()) {
      assertThat(
              call(
                  page,
                  "/api/v1/tickets",
                  Map.of("flow", flow),
                  Map.of("Authorization", "Bearer " + TestTokens.genuine())))
          .isEqualTo(201);
      follow(page, flow, "?ticket=" + page.evaluate("answer.ticket"));
    }
  }

  @Test
  void withoutEitherItIsRefusedForGood() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    try (Page page = openPage()) {
      page.evaluate(FOLLOW, address(FLOWS + "/" + flow + "/events/stream"));
      await().atMost(PATIENCE).until(() -> page.evaluate("source.readyState").equals(2));
      assertThat(page.evaluate("hellos")).isEqualTo(0);
    }
  }

  /** Three lives of the stream, with events in each. */
  private static void follow(Page page, String flow, String query) {
    page.evaluate(FOLLOW, address(FLOWS + "/" + flow + "/events/stream" + query));
    for (int life = 1; life <= 3; life++) {
      int lives = life;
      await().atMost(PATIENCE).until(() -> ((Number) page.evaluate("hellos")).intValue() >= lives);
      stack.count("select seq from skein_append(?, ?)", UUID.fromString(flow), "life-" + life);
    }
    long last = stack.count("select last_seq from streams where id = ?", UUID.fromString(flow));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat((List<?>) page.evaluate("heard.map(e => e.seq)"))
                .extracting(seq -> ((Number) seq).longValue())
                .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList()));
    assertThat(page.evaluate("resets")).isEqualTo(0);
  }

  /** The status; the body stays in the page, as {@code answer}. */
  private static int call(
      Page page, String path, Map<String, String> body, Map<String, String> headers) {
    List<?> answer = (List<?>) page.evaluate(CALL, List.of(address(path), body, headers));
    page.evaluate("answer => { window.answer = answer }", answer.get(1));
    return ((Number) answer.get(0)).intValue();
  }

  private static Page openPage() {
    Page page = chromium.newPage();
    page.navigate(origin() + "/");
    return page;
  }

  private static String origin() {
    return "http://localhost:" + elsewhere.getAddress().getPort();
  }

  private static String address(String path) {
    return "http://127.0.0.1:" + stack.instance(1).port() + path;
  }
}
