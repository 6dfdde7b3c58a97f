package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static io.skein.api.StreamReading.read;
import static io.skein.api.StreamReading.reader;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Streams of pages that send no header and have no cookie, on this origin and on another. */
@Timeout(120)
class TicketStreamTest {
  private static final String TICKETS = "/api/v1/tickets";

  private static ApiStack stack;
  private static ApiClient owner;
  private static ApiClient anonymous;
  private static String flow;
  private static String other;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(2);
    owner = stack.client(1);
    anonymous = stack.anonymous(2);
    flow = owner.create(ApiClient.UNCLEAR_CSV);
    other = owner.create(ApiClient.UNCLEAR_CSV);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  private static String ticket(ApiClient client, String body) {
    HttpResponse<String> answer = client.post(TICKETS, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    JsonNode ticket = client.tree(answer);
    assertThat(Instant.parse(ticket.get("until").asString())).isAfter(Instant.now());
    return ticket.get("ticket").asString();
  }

  private static String stream(String id, String ticket) {
    return FLOWS + "/" + id + "/events/stream?ticket=" + ticket;
  }

  @Test
  void aTicketOpensItsStreamOnAnyInstanceAndAgain() throws Exception {
    String ticket = ticket(owner, "{\"flow\": \"" + flow + "\"}");
    assertThat(ticket).hasSizeLessThan(1_000);
    String last;
    try (InputStream body = StreamReading.open(anonymous, stream(flow, ticket)).body()) {
      last = read(reader(body), frame -> !frame.id().isEmpty()).getLast().id();
    }
    ApiClient again = stack.anonymous(1).with("Last-Event-ID", last);
    try (InputStream body = StreamReading.open(again, stream(flow, ticket)).body()) {
      JsonNode hello = read(reader(body), frame -> true).getFirst().data();
      assertThat(hello.get("lost").asBoolean()).isFalse();
      assertThat(hello.get("from").asLong()).isEqualTo(1);
    }
  }

  @Test
  void aTicketOpensNothingElse() {
    String ticket = ticket(owner, "{\"flow\": \"" + flow + "\"}");
    anonymous.problem(anonymous.get(stream(other, ticket)), 403, "forbidden");
    anonymous.problem(anonymous.get(stream(flow, ticket + "x")), 401, "unauthenticated");
    anonymous.problem(anonymous.get(stream(flow, TestTokens.genuine())), 401, "unauthenticated");
    for (String path :
        List.of(
            FLOWS,
            FLOWS + "/" + flow,
            FLOWS + "/" + flow + "/state",
            FLOWS + "/" + flow + "/events",
            "/api/v1/connections")) {
      anonymous.problem(anonymous.get(path + "?ticket=" + ticket), 401, "unauthenticated");
    }
    anonymous.problem(
        anonymous.post(FLOWS + "/" + flow + "/pause?ticket=" + ticket, "{}"),
        401,
        "unauthenticated");
    ApiClient bearing = anonymous.withToken(ticket);
    bearing.problem(bearing.get(FLOWS), 401, "unauthenticated");
    anonymous.problem(
        anonymous.post(TICKETS + "?ticket=" + ticket, "{\"flow\": \"" + flow + "\"}"),
        401,
        "unauthenticated");
  }

  @Test
  void nobodyGetsATicketForWhatHeMayNotSee() {
    ApiClient rival = stack.anonymous(1).withToken(TestTokens.of("rival", "lift"));
    rival.problem(rival.post(TICKETS, "{\"flow\": \"" + flow + "\"}"), 404, "not-found");
    String both = "{\"flows\": [\"" + flow + "\", \"" + UUID.randomUUID() + "\"]}";
    owner.problem(owner.post(TICKETS, both), 404, "not-found");
    for (String wrong :
        List.of(
            "{}",
            "{\"flows\": []}",
            "{\"tenant\": false}",
            "{\"tenant\": true, \"flow\": \"" + flow + "\"}",
            "{\"flow\": \"" + flow + "\", \"flows\": [\"" + flow + "\"]}",
            "{\"flows\": [" + manyIds() + "]}")) {
      owner.problem(owner.post(TICKETS, wrong), 400, "malformed-request");
    }
    owner.problem(owner.post(TICKETS, "{\"flows\": [null]}"), 400, "malformed-id");
    owner.problem(owner.post(TICKETS, "{\"flow\": 7}"), 400, null);
  }

  private static String manyIds() {
    StringBuilder ids = new StringBuilder("\"" + UUID.randomUUID() + "\"");
    for (int i = 0; i < 200; i++) {
      ids.append(",\"").append(UUID.randomUUID()).append('"');
    }
    return ids.toString();
  }

  @Test
  void aStreamEndsWhenTheCredentialOfItsTicketDoes() throws Exception {
    ApiClient brief = owner.withToken(TestTokens.endingIn(Duration.ofSeconds(10)));
    String ticket = ticket(brief, "{\"flow\": \"" + flow + "\"}");
    long began = System.nanoTime();
    try (InputStream body = StreamReading.open(anonymous, stream(flow, ticket)).body()) {
      assertThat(new String(body.readAllBytes())).endsWith("retry: 2000\n\n");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void aPageOfAnAllowedOriginMayReadTheStreamAndWhyItIsRefused() throws Exception {
    String ticket = ticket(owner, "{\"flow\": \"" + flow + "\"}");
    ApiClient page = anonymous.with("Origin", ApiStack.FOREIGN_ORIGIN);
    HttpResponse<InputStream> answer = StreamReading.open(page, stream(flow, ticket));
    try (InputStream body = answer.body()) {
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
          .hasValue(ApiStack.FOREIGN_ORIGIN);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).hasValue("true");
      assertThat(answer.headers().allValues("Vary")).contains("Origin");
      assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
      read(reader(body), frame -> !frame.id().isEmpty());
    }
    HttpResponse<String> refused = page.get(stream(other, ticket));
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.headers().firstValue("Access-Control-Allow-Origin"))
        .hasValue(ApiStack.FOREIGN_ORIGIN);
    ApiClient stranger = anonymous.with("Origin", "https://evil.example.com");
    HttpResponse<InputStream> unread = StreamReading.open(stranger, stream(flow, ticket));
    try (InputStream body = unread.body()) {
      assertThat(unread.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  /** The session of a page elsewhere comes by its partitioned cookie. */
  @Test
  void aCookieOfAnotherOriginOpensTheStreamToo() throws Exception {
    ApiClient page = anonymous.with("Origin", ApiStack.FOREIGN_ORIGIN);
    String cookie =
        page.post("/api/v1/session", "{\"token\":\"" + TestTokens.genuine() + "\"}")
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    assertThat(cookie).contains("SameSite=None; Secure; Partitioned");
    ApiClient signedIn = page.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    HttpResponse<InputStream> answer =
        StreamReading.open(signedIn, FLOWS + "/" + flow + "/events/stream");
    try (InputStream body = answer.body()) {
      assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).hasValue("true");
      read(reader(body), frame -> !frame.id().isEmpty());
    }
  }
}
