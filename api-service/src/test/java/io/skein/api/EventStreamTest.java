package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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

  private record Frame(Map<String, String> fields) {
    String event() {
      return fields.getOrDefault("event", "message");
    }

    String id() {
      return fields.getOrDefault("id", "");
    }

    JsonNode data() {
      return stack.json.readTree(fields.getOrDefault("data", "null"));
    }
  }

  @Test
  void a_client_resumes_on_the_other_instance_and_has_each_event_once() throws Exception {
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
  void ids_that_nobody_gave_begin_anew_and_say_so() throws Exception {
    String flow = first.create(ApiClient.UNCLEAR_CSV);
    for (String id : List.of("1.1", "99999999999999.1")) {
      try (InputStream body = open(first.with("Last-Event-ID", id), flow, "").body()) {
        List<Frame> frames = read(reader(body), frame -> frame.event().equals("reset"));
        assertThat(frames.getFirst().data().get("lost").asBoolean()).isTrue();
        assertThat(frames.getLast().data().at("/state/flowId").asString()).isEqualTo(flow);
      }
    }
    for (String id : List.of("garbage", "-1.-1", "1", "0")) {
      HttpResponse<InputStream> answer = open(first.with("Last-Event-ID", id), flow, "");
      try (InputStream body = answer.body()) {
        assertThat(answer.statusCode()).as(id).isEqualTo(200);
        assertThat(read(reader(body), frame -> true).getFirst().event()).isEqualTo("hello");
      }
    }
  }

  /** As EventSource comes: it sends a cookie, and no header of its own. */
  @Test
  void a_session_cookie_opens_a_stream() throws Exception {
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

  private static HttpResponse<InputStream> open(ApiClient client, String flow, String query)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(
                "http://127.0.0.1:"
                    + client.port()
                    + FLOWS
                    + "/"
                    + flow
                    + "/events/stream"
                    + query));
    client.headers().forEach(request::header);
    return stack.http.send(request.build(), BodyHandlers.ofInputStream());
  }

  private static BufferedReader reader(InputStream body) {
    return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /** Frames up to and with the first that is wanted. */
  private static List<Frame> read(BufferedReader lines, Predicate<Frame> wanted)
      throws IOException {
    List<Frame> frames = new ArrayList<>();
    Map<String, String> fields = new HashMap<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isEmpty() && !line.startsWith(":")) {
        int colon = line.indexOf(": ");
        fields.put(line.substring(0, colon), line.substring(colon + 2));
      } else if (!fields.isEmpty() && line.isEmpty()) {
        Frame frame = new Frame(Map.copyOf(fields));
        frames.add(frame);
        fields.clear();
        if (wanted.test(frame)) {
          return frames;
        }
      }
    }
    throw new AssertionError("the stream ended before what was waited for: " + frames);
  }

  /** The events: unnamed, so that EventSource hands them to onmessage. */
  private static List<Frame> numbered(List<Frame> frames) {
    Stream<Frame> events = frames.stream().filter(frame -> frame.event().equals("message"));
    return events.filter(frame -> !frame.id().isEmpty()).toList();
  }
}
