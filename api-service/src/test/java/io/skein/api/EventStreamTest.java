package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static io.skein.api.StreamReading.numbered;
import static io.skein.api.StreamReading.read;
import static io.skein.api.StreamReading.reader;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.StreamReading.Frame;
import java.io.BufferedReader;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A flow's events over HTTP, from one instance and then from the other. */
@Timeout(120)
class EventStreamTest {
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
  void theHistoryIsReadFromEitherEndAndByTypePhaseAndTime() {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    stack.startWorker();
    first.awaitStatus(flow, Set.of("waiting_for_user"));
    String history = FLOWS + "/" + flow + "/events";
    List<Long> all = sequences(history + "?limit=1000");
    assertThat(all).hasSizeGreaterThan(4);
    assertThat(sequences(history + "?limit=1000&order=newest")).isEqualTo(all.reversed());
    JsonNode page = first.tree(first.get(history + "?order=newest&limit=2"));
    assertThat(page.path("next").asLong()).isEqualTo(all.getLast() - 1);
    assertThat(sequences(history + "?order=newest&limit=1000&before=" + page.path("next").asLong()))
        .isEqualTo(all.subList(0, all.size() - 2).reversed());

    JsonNode started = first.tree(first.get(history + "?types=phase_started&phases=field_mapping"));
    assertThat(started.path("events").size()).isEqualTo(1);
    assertThat(started.path("next").isNull()).isTrue();
    JsonNode event = started.path("events").get(0);
    String at = event.path("occurredAt").asString();
    assertThat(sequences(history + "?limit=1000&since=" + at))
        .contains(event.path("seq").asLong())
        .doesNotContain(1L);
    assertThat(sequences(history + "?limit=1000&until=" + at))
        .contains(1L)
        .doesNotContain(event.path("seq").asLong());
    assertThat(sequences(history + "?types=nothing_of_the_kind")).isEmpty();
  }

  /** A number keeps its digits, which a parser would not. */
  @Test
  void aPayloadIsTheSameTextInTheHistoryAndOnTheStream() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    String payload = "{\"rate\":1.10,\"exact\":0.12345678901234567890123}";
    stack.count("select seq from skein_append(?, ?, ?)", UUID.fromString(flow), "precise", payload);
    assertThat(first.get(FLOWS + "/" + flow + "/events?types=precise").body()).contains(payload);
  }

  private static List<Long> sequences(String path) {
    List<Long> sequences = new ArrayList<>();
    first
        .tree(first.get(path))
        .path("events")
        .forEach(event -> sequences.add(event.path("seq").asLong()));
    return sequences;
  }

  @Test
  void aClientResumesOnTheOtherInstanceAndHasEachEventOnce() throws Exception {
    String flow = first.create(ApiClient.CLEAR_CSV);
    List<Frame> seen = new ArrayList<>();
    try (InputStream body = open(first, flow, "").body()) {
      BufferedReader lines = reader(body);
      Frame hello = read(lines, frame -> true).getFirst();
      assertThat(hello.event()).isEqualTo("hello");
      assertThat(hello.fields()).containsKey("retry").doesNotContainKey("id");
      assertThat(hello.data().get("from").asLong()).isZero();
      assertThat(hello.data().get("lost").asBoolean()).isFalse();
      stack.startWorker();
      seen.addAll(
          read(lines, frame -> frame.data().path("type").asString("").equals("phase_completed")));
    }
    if (first
        .awaitStatus(flow, Set.of("waiting_for_user", "completed"))
        .get("status")
        .asString()
        .equals("waiting_for_user")) {
      assertThat(first.post(FLOWS + "/" + flow + "/approve", "{}").statusCode()).isEqualTo(200);
    }

    List<Frame> numbered = new ArrayList<>(numbered(seen));
    String last = numbered.getLast().id();
    try (InputStream body = open(second.with("Last-Event-ID", last), flow, "").body()) {
      List<Frame> rest = read(reader(body), frame -> frame.event().equals("end"));
      assertThat(rest.getFirst().event()).isEqualTo("hello");
      numbered.addAll(numbered(rest));
    }
    assertThat(numbered)
        .extracting(frame -> frame.data().get("seq").asLong())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, numbered.size()).boxed().toList());
    assertThat(numbered).allMatch(frame -> frame.id().equals(frame.data().get("id").asString()));
    assertThat(numbered.getLast().data().get("type").asString()).isEqualTo("flow_completed");
    assertThat(numbered)
        .extracting(frame -> frame.data().get("type").asString())
        .contains("flow_created", "phase_started", "phase_completed");

    String end = numbered.getLast().id();
    assertThat(open(second.with("Last-Event-ID", end), flow, "").statusCode()).isEqualTo(204);
    assertThat(open(first, flow, "?lastEventId=" + end).statusCode()).isEqualTo(204);
    try (InputStream body =
        open(first.with("Last-Event-ID", last), flow, "?lastEventId=" + end).body()) {
      assertThat(numbered(read(reader(body), frame -> frame.event().equals("end"))))
          .as("the header wins over the query")
          .isNotEmpty();
    }
  }

  @Test
  void idsThatNobodyGaveBeginAnewAndSaySo() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    for (String id : List.of("1.1", "99999999999999.1")) {
      try (InputStream body = open(first.with("Last-Event-ID", id), flow, "").body()) {
        List<Frame> frames = read(reader(body), frame -> frame.event().equals("reset"));
        assertThat(frames.getFirst().data().get("lost").asBoolean()).isTrue();
        assertThat(frames.getLast().data().at("/state/flowId").asString()).isEqualTo(flow);
      }
    }
  }

  @Test
  void whateverTheLastEventIdIsTheAnswerIsDefined() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    String epoch = Long.toString(stack.count("select epoch from epochs"));
    List<String> garbage =
        List.of(
            "garbage",
            "-1.-1",
            "1",
            "0",
            epoch,
            epoch + ".",
            epoch + ".-1",
            epoch + ".1.1",
            epoch + ".999999",
            epoch + ".99999999999999999999999",
            "9".repeat(7_000));
    for (String id : garbage) {
      ApiClient client = first.with("Last-Event-ID", id);
      try (InputStream body = open(client, flow, "").body()) {
        List<Frame> frames = read(reader(body), frame -> frame.event().equals("reset"));
        assertThat(frames.getFirst().event()).as(id).isEqualTo("hello");
        assertThat(frames.getLast().data().at("/state/flowId").asString()).isEqualTo(flow);
      }
    }
    try (InputStream body = open(first.with("Last-Event-ID", ""), flow, "").body()) {
      List<Frame> frames = read(reader(body), frame -> !frame.id().isEmpty());
      assertThat(frames.getLast().data().get("seq").asLong()).as("from the first on").isOne();
    }
    // No id that was ever given is longer than 37 characters: this is no client that has one.
    String huge = "9".repeat(100_000);
    String path = FLOWS + "/" + flow + "/events/stream";
    first.problem(first.with("Last-Event-ID", huge).get(path), 431, "headers-too-large");
    first.problem(first.get(path + "?lastEventId=" + huge), 414, "address-too-long");
  }

  @Test
  void aFilterPassesWhatIsNamedAndMovesOnBehindTheRest() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    try (InputStream body = open(first, flow, "?types=a,b&types=flow_created").body()) {
      List<Frame> frames = read(reader(body), frame -> !frame.id().isEmpty());
      assertThat(frames.getLast().data().get("type").asString()).isEqualTo("flow_created");
    }
    try (InputStream body = open(first, flow, "?phases=nowhere").body()) {
      List<Frame> frames = read(reader(body), frame -> !frame.id().isEmpty());
      assertThat(frames.getLast().fields()).containsOnlyKeys("id");
    }
    List<String> names = IntStream.range(0, 51).mapToObj(i -> "t" + i).toList();
    String path = FLOWS + "/" + flow + "/events/stream";
    first.problem(first.get(path + "?types=" + String.join(",", names)), 400, "malformed-request");
    first.problem(first.get(path + "?phases=" + "p".repeat(201)), 400, "malformed-request");
  }

  /** As EventSource comes: it sends a cookie, and no header of its own. */
  @Test
  void aSessionCookieOpensAStream() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    ApiClient anonymous = stack.anonymous(2);
    String cookie =
        anonymous
            .post("/api/v1/session", "{\"token\":\"" + TestTokens.genuine() + "\"}")
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    ApiClient page = anonymous.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    HttpResponse<InputStream> answer = open(page, flow, "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    try (InputStream body = answer.body()) {
      List<Frame> frames = read(reader(body), frame -> !frame.id().isEmpty());
      assertThat(frames.getLast().data().get("type").asString()).isEqualTo("flow_created");
    }
    assertThat(open(anonymous, flow, "").statusCode()).isEqualTo(401);
  }

  private static HttpResponse<InputStream> open(ApiClient client, String flow, String query) {
    return StreamReading.open(client, FLOWS + "/" + flow + "/events/stream" + query);
  }
}
