package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Figures of two instances, asked of either. */
@Timeout(300)
class MetricsTest {
  private static final String REQUESTS = "/api/v1/metrics/skein.http.requests";

  /** Of the thirty that are asked for, from 0. */
  private static final int LAST_MINUTE = 29;

  private static Instant begun;
  private static ApiStack stack;
  private static ApiClient first;
  private static ApiClient second;

  @BeforeAll
  static void start() throws Exception {
    begun = Instant.now();
    stack = ApiStack.start(2);
    first = operator(1);
    second = operator(2);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  private static ApiClient operator(int instance) {
    return stack.anonymous(instance).withToken(TestTokens.ofUser("olga", "operator"));
  }

  @Test
  void requestsOfBothInstancesAreCountedByRouteAndStatus() {
    for (int i = 0; i < 7; i++) {
      assertThat(first.get("/api/v1/tasks?limit=1").statusCode()).isEqualTo(200);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(second.get("/api/v1/tasks?limit=1").statusCode()).isEqualTo(200);
    }
    assertThat(second.get("/api/v1/tasks?limit=0").statusCode()).isEqualTo(400);
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> {
          for (ApiClient asked : new ApiClient[] {first, second}) {
            JsonNode body = asked.tree(asked.get(REQUESTS + "?by=route&by=status"));
            assertThat(count(body, Map.of("route", "/api/v1/tasks", "status", "2xx")))
                .isEqualTo(12);
            assertThat(count(body, Map.of("route", "/api/v1/tasks", "status", "4xx"))).isEqualTo(1);
          }
        });
    String byInstance = REQUESTS + "?by=instance&by=route&minutes=5";
    await("the first minutes to be whole")
        .atMost(Duration.ofSeconds(60))
        .until(() -> first.tree(first.get(byInstance)).get("complete").asBoolean());
    JsonNode body = first.tree(first.get(byInstance));
    assertThat(body.get("source").asString()).isEqualTo("redis");
    assertThat(body.get("reason").isNull()).isTrue();
    assertThat(body.get("kind").asString()).isEqualTo("distribution");
    assertThat(body.get("minutes").asInt()).isEqualTo(5);
    assertThat(count(body, Map.of("route", "/api/v1/tasks", "instance", "api-1"))).isEqualTo(7);
    assertThat(count(body, Map.of("route", "/api/v1/tasks", "instance", "api-2"))).isEqualTo(6);
    JsonNode minute = body.get("series").get(0).get("minutes").get(0);
    assertThat(minute.get("average").asDouble()).isPositive();
    assertThat(minute.get("p50").asDouble()).isBetween(1e-5, 10.0);
    assertThat(minute.get("p99").asDouble()).isGreaterThanOrEqualTo(minute.get("p50").asDouble());
  }

  @Test
  void namesAreListedAndWhatDidNotHappenIsEmpty() {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() ->
            assertThat(first.get("/api/v1/metrics").body())
                .contains("skein.http.requests", "skein.sse.connections", "skein.feature.redis"));
    JsonNode nothing = first.tree(first.get("/api/v1/metrics/skein.sse.refused?by=instance"));
    assertThat(nothing.get("name").asString()).isEqualTo("skein.sse.refused");
    assertThat(nothing.get("series").isEmpty()).isTrue();
  }

  @Test
  void aNameOrATagThatNobodyCountsUnderIsRefused() {
    String unknown = "/api/v1/metrics/skein.http.request";
    assertThat(first.problem(first.get(unknown), 404, "not-found").get("detail").asString())
        .contains("skein.http.request ", "GET /api/v1/metrics lists");
    String misspelled = REQUESTS + "?by=rout&by=instance";
    assertThat(
            first.problem(first.get(misspelled), 400, "malformed-request").get("detail").asString())
        .isEqualTo("skein.http.requests has no tag rout. It has instance, method, route, status.");
    String quiet = "/api/v1/metrics/skein.limits.refused?by=user";
    assertThat(first.problem(first.get(quiet), 400, "malformed-request").get("detail").asString())
        .contains("It has instance, policy.");
  }

  @Test
  void figuresAreForOperatorsOnly() {
    ApiClient viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vera", "viewer"));
    ApiClient worker = stack.anonymous(1).withToken(TestTokens.ofUser("will", "worker"));
    for (String path : new String[] {"/api/v1/metrics", REQUESTS, "/api/v1/overview"}) {
      viewer.problem(viewer.get(path), 403, "forbidden");
      worker.problem(worker.get(path), 403, "forbidden");
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    for (String path :
        new String[] {
          REQUESTS + "?minutes=0",
          REQUESTS + "?minutes=1441",
          REQUESTS + "?minutes=soon",
          REQUESTS + "?by=a&by=b&by=c&by=d",
          REQUESTS + "?by=A",
          REQUESTS + "?hours=1",
          "/api/v1/metrics/UPPER",
          "/api/v1/metrics/skein%7Cx",
          "/api/v1/metrics?minutes=1",
          "/api/v1/overview?minutes=181"
        }) {
      first.problem(first.get(path), 400, "malformed-request");
    }
  }

  @Test
  void theOverviewHasInstancesFeaturesAndRows() {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> {
          JsonNode body = first.tree(first.get("/api/v1/overview?minutes=30"));
          assertThat(body.get("instances")).hasSize(2);
          assertThat(body.get("features")).hasSize(7);
          assertThat(body.get("features").get(0).get("mode").asString()).isEqualTo("redis");
          JsonNode latency = body.get("metrics").get("latency");
          assertThat(latency.get("columns").toString())
              .isEqualTo("[\"minute\",\"count\",\"p50\",\"p95\",\"p99\"]");
          assertThat(latency.get("lines")).hasSize(1);
          assertThat(latency.get("lines").get(0).get("rows").get(0).get(0).asInt())
              .isBetween(LAST_MINUTE - minutesSince(begun), LAST_MINUTE);
          assertThat(body.get("metrics").get("streams").get("columns").toString())
              .contains("average", "total");
        });
  }

  /** How many have begun. */
  private static int minutesSince(Instant past) {
    Instant minute = past.truncatedTo(ChronoUnit.MINUTES);
    return (int) Duration.between(minute, Instant.now()).toMinutes();
  }

  /** Of all series with these tags, over all minutes. */
  private static long count(JsonNode body, Map<String, String> tags) {
    return StreamSupport.stream(body.get("series").spliterator(), false)
        .filter(series ->
            tags.entrySet().stream()
                .allMatch(
                    tag -> series.get("tags").get(tag.getKey()).asString().equals(tag.getValue())))
        .flatMap(series -> StreamSupport.stream(series.get("minutes").spliterator(), false))
        .mapToLong(minute -> minute.get("count").asLong())
        .sum();
  }
}
