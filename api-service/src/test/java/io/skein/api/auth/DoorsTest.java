package io.skein.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Paging;
import io.skein.api.http.PathIds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The filter chain on a real server. */
class DoorsTest {
  private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
  private static final String FOREIGN = "https://app.example.com";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FLOWS = "/api/v1/flows";
  private static final String SESSION = "/api/v1/session";

  private static Javalin server;
  private static HttpClient client;
  private static volatile Instant now = NOW;

  @BeforeAll
  static void start() {
    DoorSettings settings =
        new DoorSettings(
            new TokenSettings(SECRET, "skein", "skein-api"),
            Set.of(FOREIGN),
            List.of(
                OpenRoute.exactly(HandlerType.GET, "/"),
                new OpenRoute(HandlerType.GET, Pattern.compile("/[a-z-]+\\.js"))));
    server =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  Tickets tickets = new Tickets(settings.tokens(), () -> now);
                  Admission everybody = (context, caller) -> {};
                  Doors.install(config.routes, settings, tickets, everybody, () -> now, JSON);
                  config.routes.get("/", context -> context.result("page"));
                  config.routes.get("/main.js", context -> context.result("script"));
                  config.routes.get(FLOWS, DoorsTest::whoAmI);
                  config.routes.post(FLOWS, DoorsTest::whoAmI);
                  config.routes.get(
                      FLOWS + "/{flow}",
                      context -> context.result(PathIds.uuid(context, "flow").toString()));
                  config.routes.get(
                      "/api/v1/list",
                      context -> context.result(Paging.of(context, 50, 500).toString()));
                  config.routes.post(
                      "/api/v1/body",
                      context ->
                          context.result(JsonBody.read(context, JSON, Body.class).toString()));
                  config.routes.get(
                      "/api/v1/broken",
                      context -> {
                        throw new IOException("a secret detail");
                      });
                })
            .start("127.0.0.1", 0);
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.stop();
  }

  private record Body(int count, List<String> names) {}

  private static void whoAmI(Context context) {
    Principal principal = Caller.of(context).principal();
    context.result(principal.user() + "/" + principal.tenant() + "/" + principal.engagement());
  }

  @Test
  void aTokenOfThisInstallationEnters() throws Exception {
    HttpResponse<String> answer = get(FLOWS, bearer(token(claims -> claims)));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ann/acme/lift");
  }

  @Test
  void whateverIsNotSuchATokenIsRefusedAndToldWhatToDo() throws Exception {
    refused(Map.of(), "POST /api/v1/session");
    refused(Map.of("Authorization", "Basic YTpi"), "Bearer");
    refused(bearer("nonsense"), "not one of this installation");
    refused(bearer("a.b.c"), "not one of this installation");
    refused(bearer(""), "Authorization: Bearer");
    refused(bearer("x".repeat(6000)), "not one of this installation");
    refused(bearer(new PlainJWT(claims().build()).serialize()), "not one of this installation");
    refused(bearer(unsigned()), "not one of this installation");
    refused(
        bearer(sign("f".repeat(32).getBytes(UTF_8), JWSAlgorithm.HS256, claims())),
        "not one of this installation");
    refused(
        bearer(sign("0123456789abcdef".repeat(4).getBytes(UTF_8), JWSAlgorithm.HS512, claims())),
        "not one of this installation");
    refused(bearer(tampered()), "not one of this installation");
    refused(bearer(token(c -> c.issuer("other"))), "another issuer");
    refused(bearer(token(c -> c.issuer(null))), "another issuer");
    refused(bearer(token(c -> c.audience("other"))), "another service");
    refused(bearer(token(c -> c.audience((String) null))), "another service");
    refused(bearer(token(c -> c.expirationTime(null))), "never expires");
    refused(bearer(token(c -> c.expirationTime(at(Duration.ofSeconds(-11))))), "expired");
    refused(bearer(token(c -> c.notBeforeTime(at(Duration.ofMinutes(1))))), "not valid yet");
    refused(bearer(token(c -> c.subject(null))), "must name");
    refused(bearer(token(c -> c.claim("client_account_id", null))), "must name");
    refused(bearer(token(c -> c.claim("engagement_id", " "))), "must name");
    refused(bearer(token(c -> c.claim("client_account_id", 7))), "not one of this installation");
  }

  @Test
  void aClockThatIsSlightlyOffDoesNotLockAnybodyOut() throws Exception {
    String late = token(c -> c.expirationTime(at(Duration.ofSeconds(-5))));
    assertThat(get(FLOWS, bearer(late)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/flows",
        "/api/v1/flows/",
        "/api/v1/nothing",
        "/nothing",
        "/secret.js/x",
        "//main.js",
        "/API/v1/flows",
        "/main.js/../api/v1/flows",
        "/%61pi/v1/flows",
        "/x%2e%2e.js",
        "/main.js;x=.js"
      })
  void everythingThatIsNotListedIsClosed(String path) throws Exception {
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).matches("(?s)HTTP/1.1 40[01] .*");
  }

  @Test
  void pageAndScriptsAreOpenForReadingOnly() throws Exception {
    assertThat(get("/", Map.of()).body()).isEqualTo("page");
    assertThat(get("/main.js", Map.of()).body()).isEqualTo("script");
    assertThat(send("POST", "/", "", Map.of()).statusCode()).isEqualTo(401);
    assertThat(send("DELETE", SESSION, "", Map.of()).statusCode()).isEqualTo(401);
    assertThat(get(SESSION, Map.of()).statusCode()).isEqualTo(401);
  }

  @Test
  void headersMustAgreeWithTheToken() throws Exception {
    String token = token(claims -> claims);
    Map<String, String> same =
        with(bearer(token), Map.of("X-Client-Account-ID", "acme", "X-Engagement-ID", "lift"));
    assertThat(get(FLOWS, same).statusCode()).isEqualTo(200);
    for (String header : List.of("X-Client-Account-ID", "X-Engagement-ID")) {
      HttpResponse<String> answer = get(FLOWS, with(bearer(token), Map.of(header, "other")));
      assertProblem(answer, 403, "tenant-mismatch");
    }
  }

  @Test
  void aSessionReadsByItsCookieAndWritesWithItsCsrfToken() throws Exception {
    HttpResponse<String> signedIn = signIn(Map.of());
    JsonNode session = JSON.readTree(signedIn.body());
    assertThat(session.get("user").asString()).isEqualTo("ann");
    assertThat(session.get("tenant").asString()).isEqualTo("acme");
    assertThat(session.get("engagement").asString()).isEqualTo("lift");
    String set = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(set).contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=3600");
    Map<String, String> cookie = cookieOf(signedIn);
    String csrf = session.get("csrf").asString();

    assertThat(get(FLOWS, cookie).body()).isEqualTo("ann/acme/lift");
    assertThat(JSON.readTree(get(SESSION, cookie).body()).get("csrf").asString()).isEqualTo(csrf);
    assertProblem(send("POST", FLOWS, "", cookie), 403, "missing-csrf-token");
    assertProblem(
        send("POST", FLOWS, "", with(cookie, Map.of("X-CSRF-Token", "guess"))),
        403,
        "missing-csrf-token");
    Map<String, String> proven = with(cookie, Map.of("X-CSRF-Token", csrf));
    assertThat(send("POST", FLOWS, "", proven).statusCode()).isEqualTo(200);
    assertProblem(
        send("POST", FLOWS, "", with(proven, Map.of("Origin", "https://evil.example"))),
        403,
        "foreign-origin");

    String otherCsrf = JSON.readTree(signIn(Map.of()).body()).get("csrf").asString();
    assertThat(otherCsrf).isNotEqualTo(csrf);
    assertThat(
            send("POST", FLOWS, "", with(cookie, Map.of("X-CSRF-Token", otherCsrf))).statusCode())
        .isEqualTo(403);

    HttpResponse<String> signedOut = send("DELETE", SESSION, "{}", proven);
    assertThat(signedOut.statusCode()).isEqualTo(204);
    assertThat(signedOut.headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
  }

  @Test
  void aSessionEndsWithTheTokenThatOpenedIt() throws Exception {
    Map<String, String> cookie = cookieOf(signIn(Map.of()));
    now = NOW.plus(Duration.ofHours(2));
    try {
      assertProblem(get(FLOWS, cookie), 401, "unauthenticated");
    } finally {
      now = NOW;
    }
  }

  @Test
  void neitherKindOfTokenPassesForTheOther() throws Exception {
    String set = signIn(Map.of()).headers().firstValue("Set-Cookie").orElseThrow();
    String session = set.substring("skein_session=".length(), set.indexOf(';'));
    refused(bearer(session), "another service");
    refused(Map.of("Cookie", "skein_session=" + token(claims -> claims)), "another service");
  }

  @Test
  void aWrongSignInOpensNothing() throws Exception {
    for (String body : List.of("", "null", "[]", "{", "{}", "{\"token\":{}}")) {
      assertProblem(send("POST", SESSION, body, Map.of()), 400, "malformed-json");
    }
    HttpResponse<String> answer = send("POST", SESSION, "{\"token\":\"x\"}", Map.of());
    assertProblem(answer, 401, "unauthenticated");
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    assertProblem(signIn(Map.of("Origin", "https://evil.example")), 403, "foreign-origin");
  }

  @Test
  void anAllowedOriginGetsACookieAcrossSitesAndMayReadEveryAnswer() throws Exception {
    HttpResponse<String> signedIn = signIn(Map.of("Origin", FOREIGN));
    assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("SameSite=None; Secure; Partitioned", "HttpOnly");
    HttpResponse<String> refused = get(FLOWS, Map.of("Origin", FOREIGN));
    for (HttpResponse<String> answer : List.of(signedIn, refused)) {
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains(FOREIGN);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).contains("true");
      assertThat(answer.headers().allValues("Vary")).contains("Origin");
    }
    assertThat(refused.statusCode()).isEqualTo(401);
  }

  @Test
  void theOwnPageBehindAProxyWithTlsGetsASecureStrictCookie() throws Exception {
    String own = "https://127.0.0.1:" + server.port();
    HttpResponse<String> answer = signIn(Map.of("Origin", own, "X-Forwarded-Proto", "https"));
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("SameSite=Strict; Secure");
  }

  @Test
  void preflightsAreAnsweredForAllowedOriginsOnly() throws Exception {
    Map<String, String> ask = Map.of("Access-Control-Request-Method", "POST");
    HttpResponse<String> allowed = send("OPTIONS", FLOWS, "", with(ask, Map.of("Origin", FOREIGN)));
    assertThat(allowed.statusCode()).isEqualTo(204);
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
        .contains("X-CSRF-Token", "Last-Event-ID", "Idempotency-Key");
    for (String origin : List.of("https://evil.example", "null", FOREIGN + ".evil.example")) {
      HttpResponse<String> answer = send("OPTIONS", FLOWS, "", with(ask, Map.of("Origin", origin)));
      assertProblem(answer, 403, "foreign-origin");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void settingsThatCannotHoldAreRefused() {
    assertThatThrownBy(() -> new TokenSettings(new byte[31], "skein", "skein-api"))
        .hasMessageContaining("256 bits");
    for (String origin : List.of("*", "null", "https://a.example/", "ftp://a.example")) {
      assertThatThrownBy(() -> new AllowedOrigins(Set.of(origin)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void badRequestsGetProblemsThatSayWhatToDo() throws Exception {
    Map<String, String> token = bearer(token(claims -> claims));
    UUID id = UUID.randomUUID();
    assertThat(get(FLOWS + "/" + id, token).body()).isEqualTo(id.toString());
    for (String malformed : List.of("1", "1-1-1-1-1", id + "0", "%00")) {
      assertThat(get(FLOWS + "/" + malformed, token).statusCode()).isEqualTo(400);
    }
    assertProblem(get(FLOWS + "/" + "x".repeat(36), token), 400, "malformed-id");
    assertThat(get("/api/v1/list?limit=7&after=c", token).body()).contains("limit=7", "after=c");
    assertThat(get("/api/v1/list?after=", token).body()).contains("limit=50", "after=null");
    for (String query : List.of("limit=0", "limit=501", "limit=x", "limit=99999999999999999999")) {
      assertProblem(get("/api/v1/list?" + query, token), 400, "malformed-request");
    }
    HttpResponse<String> shape =
        send("POST", "/api/v1/body", "{\"count\":1,\"names\":[{}]}", token);
    assertProblem(shape, 400, "malformed-json");
    assertThat(shape.body()).contains("names.[0]").doesNotContain("java");
    assertProblem(send("POST", "/api/v1/body", "{\"count\":", token), 400, "malformed-json");
    assertProblem(get("/api/v1/nothing", token), 404, "not-found");
    HttpResponse<String> failed = get("/api/v1/broken", token);
    assertProblem(failed, 500, "internal");
    assertThat(failed.body()).doesNotContain("secret detail");
  }

  private static void refused(Map<String, String> headers, String reason) throws Exception {
    HttpResponse<String> answer = get(FLOWS, headers);
    assertProblem(answer, 401, "unauthenticated");
    assertThat(answer.body()).contains(reason);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String slug) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/problem+json");
    JsonNode problem = JSON.readTree(answer.body());
    assertThat(problem.get("type").asString()).isEqualTo("urn:skein:problem:" + slug);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("title").asString()).isNotBlank();
    assertThat(problem.get("detail").asString()).isNotBlank();
    assertThat(problem.get("instance").asString()).startsWith("/");
  }

  private static HttpResponse<String> signIn(Map<String, String> headers) throws Exception {
    String body = JSON.writeValueAsString(Map.of("token", token(claims -> claims)));
    return send("POST", SESSION, body, headers);
  }

  private static Map<String, String> cookieOf(HttpResponse<String> answer) {
    String set = answer.headers().firstValue("Set-Cookie").orElseThrow();
    return Map.of("Cookie", set.substring(0, set.indexOf(';')));
  }

  private static HttpResponse<String> get(String path, Map<String, String> headers)
      throws Exception {
    return send("GET", path, "", headers);
  }

  private static HttpResponse<String> send(
      String method, String path, String body, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Bytes as they are: a client library would tidy the path up. */
  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(UTF_8));
      out.flush();
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), UTF_8);
      }
    }
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(more);
    return all;
  }

  private static Date at(Duration fromNow) {
    return Date.from(NOW.plus(fromNow));
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer("skein")
        .audience("skein-api")
        .subject("ann")
        .expirationTime(at(Duration.ofHours(1)))
        .claim("client_account_id", "acme")
        .claim("engagement_id", "lift");
  }

  private static String token(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
    return sign(SECRET, JWSAlgorithm.HS256, change.apply(claims()));
  }

  private static String sign(byte[] secret, JWSAlgorithm algorithm, JWTClaimsSet.Builder claims)
      throws Exception {
    SignedJWT token = new SignedJWT(new JWSHeader(algorithm), claims.build());
    token.sign(new MACSigner(secret));
    return token.serialize();
  }

  /** The header says none, the signature of a genuine token stays. */
  private static String unsigned() throws Exception {
    String[] parts = token(claims -> claims).split("\\.", -1);
    String none =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8));
    return none + "." + parts[1] + "." + parts[2];
  }

  /** Other claims under the signature of a genuine token. */
  private static String tampered() throws Exception {
    String[] genuine = token(claims -> claims).split("\\.", -1);
    String[] other = token(c -> c.claim("client_account_id", "victim")).split("\\.", -1);
    return genuine[0] + "." + other[1] + "." + genuine[2];
  }
}
