package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every route of the router itself, so that a new one cannot be forgotten. */
class ClosedRoutesTest {
  private static final String SESSION = "/api/v1/session";

  private static ApiStack stack;
  private static ApiClient owner;
  private static ApiClient anonymous;
  private static String flow;
  private static String task;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    owner = stack.client(1);
    anonymous = stack.anonymous(1);
    flow = owner.create(ApiClient.CLEAR_CSV);
    task =
        stack.database.read(handle ->
            handle
                .select("select id from tasks where flow = ?", UUID.fromString(flow))
                .mapTo(UUID.class)
                .one()
                .toString());
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  private record Route(String method, String path) {
    /** Queues are shared by all accounts; of schedules SchedulesTest tells. */
    boolean namesSomething() {
      return namesFlow() || path.contains("{task}");
    }

    boolean namesFlow() {
      return path.contains("{flow}");
    }

    String of(String flow, String task) {
      return path.replace("{flow}", flow)
          .replace("{task}", task)
          .replace("{queue}", "default")
          .replace("{name}", "skein.x")
          .replace("{schedule}", "s")
          .replace("{name}", "state_cache");
    }
  }

  @Test
  void onlyThePageAndSigningInAreOpen() {
    Set<Route> open =
        routes().stream()
            .filter(route -> send(anonymous, route, flow, task).statusCode() != 401)
            .filter(route -> !route.equals(new Route("POST", SESSION)))
            .collect(Collectors.toSet());
    assertThat(open).hasSizeGreaterThan(10).allMatch(route -> route.method().equals("GET"));
    assertThat(open).noneMatch(route -> route.path().startsWith("/api/"));
    assertThat(open)
        .allMatch(route -> anonymous.get(route.path()).headers().firstValue("ETag").isPresent());
    assertThat(anonymous.post(SESSION, "{\"token\":\"x\"}").statusCode()).isEqualTo(401);
  }

  @Test
  void noClosedRouteTakesABadToken() {
    Map<String, String> bad = new LinkedHashMap<>();
    bad.put("expired", TestTokens.expired());
    bad.put("signed with another secret", TestTokens.withAnotherSecret());
    bad.put("unsigned", TestTokens.unsigned());
    bad.put("for another audience", TestTokens.forAnotherAudience());
    bad.put("no token at all", "nonsense");
    Map<String, Long> before = stack.rowCounts();
    for (Route route : closedRoutes()) {
      anonymous.problem(send(anonymous, route, flow, task), 401, "unauthenticated");
      bad.forEach((what, token) -> {
        HttpResponse<String> byHeader = send(anonymous.withToken(token), route, flow, task);
        assertThat(byHeader.statusCode()).as("%s: %s", route, what).isEqualTo(401);
        anonymous.problem(byHeader, 401, "unauthenticated");
        HttpResponse<String> byCookie =
            send(anonymous.with("Cookie", "skein_session=" + token), route, flow, task);
        assertThat(byCookie.statusCode()).as("%s: cookie %s", route, what).isEqualTo(401);
      });
      HttpResponse<String> tokenAsCookie =
          send(
              anonymous.with("Cookie", "skein_session=" + TestTokens.genuine()), route, flow, task);
      assertThat(tokenAsCookie.statusCode()).as("%s: token as cookie", route).isEqualTo(401);
    }
    assertThat(stack.rowCounts()).isEqualTo(before);
  }

  @Test
  void whatBelongsToOthersIsNotThere() {
    Set<Route> naming = routes().stream().filter(Route::namesSomething).collect(Collectors.toSet());
    assertThat(naming).hasSizeGreaterThan(15);
    Map<String, Long> before = stack.rowCounts();
    notThere(TestTokens.of("rival", TestTokens.ENGAGEMENT), naming);
    // An operator sees the tasks of the whole account, and flows of his own engagement alone.
    notThere(TestTokens.of(TestTokens.TENANT, "another"), only(naming, Route::namesFlow));
    notThere(
        TestTokens.withoutRole(TestTokens.TENANT, "another"),
        only(naming, route -> !route.namesFlow()));
    assertThat(stack.rowCounts()).isEqualTo(before);
    assertThat(owner.get(FLOWS).body()).contains(flow);
    assertThat(owner.get("/api/v1/tasks/" + task).statusCode()).isEqualTo(200);
  }

  private static Set<Route> only(Set<Route> routes, Predicate<Route> wanted) {
    return routes.stream().filter(wanted).collect(Collectors.toSet());
  }

  private static void notThere(String token, Set<Route> routes) {
    ApiClient stranger = anonymous.withToken(token);
    String unknown = UUID.randomUUID().toString();
    assertThat(routes).isNotEmpty();
    for (Route route : routes) {
      HttpResponse<String> answer = send(stranger, route, flow, task);
      assertThat(answer.statusCode()).as("%s", route).isEqualTo(404);
      JsonNode problem = stranger.problem(answer, 404, "not-found");
      JsonNode ofUnknown = stranger.tree(send(stranger, route, unknown, unknown));
      assertThat(problem.get("detail")).as("%s", route).isEqualTo(ofUnknown.get("detail"));
    }
    JsonNode list = stranger.tree(stranger.get(FLOWS));
    assertThat(list.get("items").isEmpty()).isTrue();
    assertThat(list.get("next").isNull()).isTrue();
    JsonNode afterOurs = stranger.tree(stranger.get(FLOWS + "?after=" + unknown));
    assertThat(afterOurs.toString()).doesNotContain(flow);
  }

  /** A route that names nothing needs a look at what it lists; then it is added here. */
  @Test
  void everyOtherClosedRouteIsKnown() {
    Set<String> others = new TreeSet<>();
    closedRoutes().stream()
        .filter(route -> !route.namesSomething())
        .forEach(route -> others.add(route.method() + " " + route.path()));
    assertThat(others)
        .containsExactlyInAnyOrder(
            "GET /api/v1/schedules",
            "GET /api/v1/schedules/{schedule}",
            "PUT /api/v1/schedules/{schedule}",
            "DELETE /api/v1/schedules/{schedule}",
            "POST /api/v1/schedules/{schedule}/pause",
            "POST /api/v1/schedules/{schedule}/resume",
            "POST /api/v1/schedules/{schedule}/trigger",
            "POST /api/v1/schedules/{schedule}/backfill",
            "GET " + FLOWS,
            "POST " + FLOWS,
            "GET " + SESSION,
            "DELETE " + SESSION,
            "GET /api/v1/events/stream",
            "POST /api/v1/tickets",
            "GET /api/v1/features",
            "GET /api/v1/features/changes",
            "PUT /api/v1/features/{name}",
            "GET /api/v1/cache",
            "POST /api/v1/cache/warm",
            "GET /api/v1/connections",
            "GET /api/v1/connections/counts",
            "DELETE /api/v1/connections",
            "GET /api/v1/locks",
            "GET /api/v1/tasks",
            "POST /api/v1/tasks/bulk",
            "GET /api/v1/queues",
            "GET /api/v1/queues/{queue}",
            "POST /api/v1/queues/{queue}/pause",
            "POST /api/v1/queues/{queue}/resume",
            "PUT /api/v1/queues/{queue}/limits",
            "GET /api/v1/metrics",
            "GET /api/v1/metrics/{name}",
            "GET /api/v1/overview",
            "GET /api/v1/workers",
            "POST /api/v1/workers/claims");
  }

  @Test
  void aSessionReadsByItsCookieAndWritesWithItsCsrfTokenOnly() {
    HttpResponse<String> signedIn =
        anonymous.post(SESSION, "{\"token\":\"" + TestTokens.genuine() + "\"}");
    assertThat(signedIn.statusCode()).isEqualTo(200);
    String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict");
    ApiClient page = anonymous.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    String csrf = page.tree(signedIn).get("csrf").asString();

    assertThat(page.get(FLOWS + "/" + flow).statusCode()).isEqualTo(200);
    Map<String, Long> before = stack.rowCounts();
    for (Route route : closedRoutes()) {
      if (!route.method().equals("GET")) {
        page.problem(send(page, route, flow, task), 403, "missing-csrf-token");
        page.problem(
            send(page.with("X-CSRF-Token", csrf + "x"), route, flow, task),
            403,
            "missing-csrf-token");
      }
    }
    assertThat(stack.rowCounts()).isEqualTo(before);
    assertThat(page.with("X-CSRF-Token", csrf).post(FLOWS + "/" + flow + "/pause", "").statusCode())
        .isEqualTo(200);
  }

  private static List<Route> routes() {
    return stack.instance(1).endpoints().stream()
        .filter(endpoint -> !endpoint.method.equals(HandlerType.BEFORE))
        .filter(endpoint -> !endpoint.method.equals(HandlerType.AFTER))
        .map(endpoint -> new Route(endpoint.method.name(), endpoint.path))
        .toList();
  }

  private static List<Route> closedRoutes() {
    return routes().stream()
        .filter(route -> !route.method().equals("GET") || route.path().startsWith("/api/"))
        .filter(route -> !route.equals(new Route("POST", SESSION)))
        .toList();
  }

  private static HttpResponse<String> send(
      ApiClient client, Route route, String flow, String task) {
    boolean writes = route.method().equals("POST");
    return (writes ? client.with("Content-Type", "application/json") : client)
        .send(
            route.method(),
            route.of(flow, task),
            writes ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
  }
}
