package io.skein.api;

import static io.skein.api.StreamReading.numbered;
import static io.skein.api.StreamReading.read;
import static io.skein.api.StreamReading.reader;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.StreamReading.Frame;
import java.io.BufferedReader;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Several flows on one connection. */
@Timeout(120)
class SeveralFlowsStreamTest {
  private static final String STREAM = "/api/v1/events/stream";

  private static ApiStack stack;
  private static ApiClient first;
  private static ApiClient second;
  private static ApiClient neighbour;
  private static String one;
  private static String two;
  private static String theirs;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2);
    first = stack.client(1);
    second = stack.client(2);
    neighbour = stack.anonymous(2).withToken(TestTokens.of(TestTokens.TENANT, "another"));
    one = first.create(ApiClient.UNCLEAR_CSV);
    theirs = neighbour.create(ApiClient.UNCLEAR_CSV);
    two = second.create(ApiClient.UNCLEAR_CSV);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  private static String chosen(String... flows) {
    return STREAM + Stream.of(flows).collect(Collectors.joining("&flow=", "?flow=", ""));
  }

  private static Set<String> flowsOf(List<Frame> frames) {
    return numbered(frames).stream()
        .filter(frame -> frame.fields().containsKey("data"))
        .map(frame -> frame.data().get("flowId").asString())
        .collect(Collectors.toSet());
  }

  private static List<Long> sequences(List<Frame> frames, String flow) {
    return numbered(frames).stream()
        .filter(frame -> frame.data().path("flowId").asString("").equals(flow))
        .map(frame -> frame.data().get("seq").asLong())
        .toList();
  }

  @Test
  void chosenFlowsComeOnOneConnectionAndResumeOnTheOtherInstance() throws Exception {
    List<Frame> seen = new ArrayList<>();
    try (InputStream body = StreamReading.open(first, chosen(one, two)).body()) {
      BufferedReader lines = reader(body);
      Set<String> met = new HashSet<>();
      seen.addAll(
          read(
              lines,
              frame -> {
                met.addAll(flowsOf(List.of(frame)));
                return met.size() == 2;
              }));
    }
    assertThat(flowsOf(seen)).containsExactlyInAnyOrder(one, two);
    String last = seen.getLast().id();
    assertThat(last).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(first.post(ApiClient.FLOWS + "/" + one + "/cancel", "{}").statusCode())
        .isEqualTo(200);
    ApiClient again = second.with("Last-Event-ID", last);
    try (InputStream body = StreamReading.open(again, chosen(two, one)).body()) {
      List<Frame> rest =
          read(
              reader(body),
              frame -> frame.data().path("type").asString("").equals("flow_cancelled"));
      assertThat(rest.getFirst().data().get("from").asString())
          .isEqualTo(last.substring(last.indexOf('.') + 1));
      seen.addAll(rest);
    }
    assertThat(sequences(seen, one)).containsExactly(1L, 2L, 3L);
    assertThat(sequences(seen, two)).containsExactly(1L, 2L);
  }

  @Test
  void withoutAChoiceAllOfTheEngagementComesAndNothingElse() throws Exception {
    String late = neighbour.create(ApiClient.UNCLEAR_CSV);
    String mark = first.create(ApiClient.UNCLEAR_CSV);
    try (InputStream body = StreamReading.open(second, STREAM).body()) {
      List<Frame> frames = read(reader(body), frame -> flowsOf(List.of(frame)).contains(mark));
      assertThat(flowsOf(frames)).contains(one, two, mark).doesNotContain(theirs, late);
    }
    try (InputStream body = StreamReading.open(second, STREAM + "?lastEventId=now").body()) {
      JsonNode state = read(reader(body), frame -> frame.event().equals("reset")).getLast().data();
      List<String> listed =
          state
              .at("/state/flows")
              .valueStream()
              .map(flow -> flow.get("flowId").asString())
              .toList();
      assertThat(listed).contains(one, two, mark).doesNotContain(theirs);
      assertThat(state.at("/state/complete").asBoolean()).isTrue();
      assertThat(state.at("/state/flows/0/status").asString()).isNotBlank();
    }
    try (InputStream body =
        StreamReading.open(first, chosen(one) + "&lastEventId=garbage").body()) {
      JsonNode state = read(reader(body), frame -> frame.event().equals("reset")).getLast().data();
      assertThat(state.at("/state/flows").size()).isEqualTo(1);
      assertThat(state.at("/state/flows/0/flowId").asString()).isEqualTo(one);
      assertThat(state.at("/state/flows/0/phases").isArray()).isTrue();
    }
  }

  @Test
  void whatIsNotTheCallersIsNotThereAndMistakesAreSaid() {
    first.problem(first.get(chosen(one, theirs)), 404, "not-found");
    first.problem(first.get(chosen(one, UUID.randomUUID().toString())), 404, "not-found");
    first.problem(first.get(chosen(one, "x")), 400, "malformed-id");
    first.problem(first.get(STREAM + "?flow="), 400, "malformed-id");
    first.problem(first.get(chosen(ids(201))), 400, "malformed-request");
    first.problem(first.get(chosen(ids(200))), 404, "not-found");
    first.problem(first.get(chosen(one) + "&types=" + "t".repeat(201)), 400, "malformed-request");
  }

  private static String[] ids(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> UUID.randomUUID().toString())
        .toArray(String[]::new);
  }

  @Test
  void ticketsOpenExactlyTheirChoice() throws Exception {
    ApiClient anonymous = stack.anonymous(2);
    String several = ticket("{\"flows\": [\"" + one + "\", \"" + two + "\"]}");
    String everything = ticket("{\"tenant\": true}");
    for (String path :
        List.of(chosen(two, one) + "&ticket=" + several, STREAM + "?ticket=" + everything)) {
      HttpResponse<InputStream> answer = StreamReading.open(anonymous, path);
      try (InputStream body = answer.body()) {
        assertThat(answer.statusCode()).isEqualTo(200);
        read(reader(body), frame -> !frame.id().isEmpty());
      }
    }
    for (String path :
        List.of(
            chosen(one) + "&ticket=" + several,
            chosen(one, two) + "&ticket=" + everything,
            STREAM + "?ticket=" + several)) {
      anonymous.problem(anonymous.get(path), 403, "forbidden");
    }
  }

  private static String ticket(String body) {
    return first.tree(first.post("/api/v1/tickets", body)).get("ticket").asString();
  }
}
