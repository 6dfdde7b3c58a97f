package io.skein.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import io.skein.testing.FreePort;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The browser's own EventSource behind one address, as the page and others use it. */
@Tag("long")
class EventSourceInBrowserTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int MOST_PER_USER = 100;
  private static final int FLOWS_ON_ONE_PAGE = 50;
  private static final String FOLLOW =
      """
      address => {
        window.heard = []; window.named = []; window.failed = 0;
        window.source = new EventSource(address);
        source.onmessage = e => heard.push({ id: e.lastEventId, data: JSON.parse(e.data) });
        source.onerror = () => failed++;
        for (const name of ['hello', 'reset', 'end']) {
          source.addEventListener(name, e => named.push(name));
        }
      }
      """;

  private static final String SEQUENCES_OF =
      "flow => heard.filter(e => e.data.flowId === flow).map(e => e.data.seq)";

  private static Chromium chromium;
  private static ApiStack stack;
  private static FrontDoor door;

  @BeforeAll
  static void start() throws Exception {
    chromium = new Chromium();
    stack = ApiStack.start(2);
    door = new FrontDoor(stack.instance(1).port());
  }

  @AfterAll
  static void stop() throws Exception {
    door.close();
    chromium.close();
    stack.close();
  }

  @Test
  void resumesWhenItsInstanceDiesAndStopsForGoodAtTheEnd() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    try (Page page = signedIn()) {
      page.evaluate(FOLLOW, FLOWS + "/" + flow + "/events/stream");
      append(flow, "before", 5);
      awaitLast(page, "before");
      door.failOverTo(stack.instance(2).port());
      append(flow, "while away", 5);
      awaitLast(page, "while away");
      door.cut();
      append(flow, "after", 5);
      awaitLast(page, "after");
      assertThat(named(page)).doesNotContain("reset", "end").contains("hello");

      assertThat(stack.client(2).post(FLOWS + "/" + flow + "/cancel", "{}").statusCode())
          .isEqualTo(200);
      await().atMost(PATIENCE).until(() -> named(page).contains("end"));
      // It comes again with the final id and is answered 204.
      await().atMost(PATIENCE).until(() -> page.evaluate("source.readyState").equals(2));
      List<Long> sequences = sequences(page);
      assertThat(sequences).isEqualTo(LongStream.rangeClosed(1, sequences.size()).boxed().toList());
      assertThat(sequences).hasSize((int) last(flow));
      assertThat(named(page)).containsOnlyOnce("end").doesNotContain("reset");
    }
  }

  @Test
  void resumesOnAnotherInstanceWhenTheProcessOfItsOwnIsKilled() throws Exception {
    int port = FreePort.find();
    Process victim = stack.startProcess(port);
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    door.failOverTo(port);
    try (Page page = signedIn()) {
      page.evaluate(FOLLOW, FLOWS + "/" + flow + "/events/stream");
      append(flow, "before", 5);
      awaitLast(page, "before");
      door.passNewOnesTo(stack.instance(2).port());
      victim.destroyForcibly().waitFor();
      append(flow, "after", 5);
      awaitLast(page, "after");
      assertThat(page.evaluate("failed >= 1")).as("it noticed").isEqualTo(true);
      assertThat(named(page)).doesNotContain("reset");
      assertThat(sequences(page)).isEqualTo(LongStream.rangeClosed(1, last(flow)).boxed().toList());
    }
  }

  @Test
  void followsFiftyFlowsOnOneConnectionAcrossInstances() throws Exception {
    List<String> flows = new ArrayList<>();
    for (int n = 0; n < FLOWS_ON_ONE_PAGE; n++) {
      flows.add(stack.client(1).create(ApiClient.UNCLEAR_CSV));
    }
    try (Page page = signedIn()) {
      page.evaluate(FOLLOW, "/api/v1/events/stream?flow=" + String.join("&flow=", flows));
      appendToAll(flows, "first");
      awaitOfEach(page, "first");
      door.failOverTo(stack.instance(2).port());
      appendToAll(flows, "second");
      awaitOfEach(page, "second");
      assertThat(named(page)).doesNotContain("reset", "end");
      for (String flow : flows) {
        assertThat(page.evaluate(SEQUENCES_OF, flow))
            .asInstanceOf(InstanceOfAssertFactories.LIST)
            .extracting(seq -> ((Number) seq).longValue())
            .isEqualTo(LongStream.rangeClosed(1, last(flow)).boxed().toList());
      }
    }
  }

  private static void appendToAll(List<String> flows, String type) {
    flows.forEach(flow -> append(flow, type, 2));
  }

  private static void awaitOfEach(Page page, String type) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    page.evaluate("type => heard.filter(e => e.data.type === type).length", type))
                .isEqualTo(2 * FLOWS_ON_ONE_PAGE));
  }

  @Test
  void payloadsArriveAsTheyWereGiven() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    try (Page page = signedIn()) {
      page.evaluate(FOLLOW, FLOWS + "/" + flow + "/events/stream");
      stack.count(
          "select seq from skein_append(?, ?, ?)",
          UUID.fromString(flow),
          "odd\r\n\ndata: type",
          "{\"text\":\r\n \"a\\r\\n\\ndata: b\\rid: 1\\u0000\u2028\uD83E\uDEBF\"}");
      awaitLast(page, "odd\r\n\ndata: type");
      assertThat(page.evaluate("heard.at(-1).data.payload.text"))
          .isEqualTo("a\r\n\ndata: b\rid: 1\0\u2028\uD83E\uDEBF");
      assertThat(page.evaluate("heard.at(-1).id === heard.at(-1).data.id")).isEqualTo(true);
    }
  }

  @Test
  void comesAgainWhenItWasOneTooMany() throws Exception {
    String flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
    String address = FLOWS + "/" + flow + "/events/stream";
    List<InputStream> others = new ArrayList<>();
    try (Page page = signedIn()) {
      for (int n = 0; n < MOST_PER_USER; n++) {
        others.add(open(address));
      }
      page.evaluate(FOLLOW, address);
      append(flow, "later", 1);
      await().atMost(PATIENCE).until(() -> page.evaluate("failed >= 1").equals(true));
      assertThat(page.evaluate("source.readyState")).as("it connects again").isEqualTo(0);
      assertThat(named(page)).doesNotContain("hello");
      for (InputStream other : others) {
        other.close();
      }
      // An instance notices that they are closed when it writes to them.
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> {
            append(flow, "later", 1);
            return page.evaluate("heard.length > 0").equals(true);
          });
      awaitLast(page, "later");
    }
  }

  private static InputStream open(String address) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + address))
            .header("Authorization", "Bearer " + TestTokens.genuine())
            .build();
    InputStream body = stack.http.send(request, BodyHandlers.ofInputStream()).body();
    assertThat(body.read()).isPositive();
    return body;
  }

  private static Page signedIn() {
    Page page = chromium.newPage();
    page.navigate("http://127.0.0.1:" + door.port() + "/#token=" + TestTokens.genuine());
    assertThat(page.getByText("ann · acme")).isVisible();
    return page;
  }

  private static void append(String flow, String type, int count) {
    for (int n = 0; n < count; n++) {
      stack.count("select seq from skein_append(?, ?)", UUID.fromString(flow), type);
    }
  }

  private static long last(String flow) {
    return stack.count("select last_seq from streams where id = ?", UUID.fromString(flow));
  }

  private static void awaitLast(Page page, String type) {
    await()
        .atMost(PATIENCE)
        .until(() -> type.equals(page.evaluate("heard.length ? heard.at(-1).data.type : ''")));
  }

  private static List<Long> sequences(Page page) {
    List<?> sequences = (List<?>) page.evaluate("heard.map(e => e.data.seq)");
    return sequences.stream().map(seq -> ((Number) seq).longValue()).toList();
  }

  private static List<String> named(Page page) {
    return ((List<?>) page.evaluate("named")).stream().map(String::valueOf).toList();
  }
}
