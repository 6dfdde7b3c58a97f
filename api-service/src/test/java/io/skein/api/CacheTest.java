package io.skein.api;

import static io.skein.api.ApiClient.FLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The state cache as operators see it. */
@Timeout(120)
class CacheTest {
  private static final String CACHE = "/api/v1/cache";

  private static ApiStack stack;
  private static ApiClient viewer;
  private static ApiClient operator;
  private static ApiClient admin;
  private static String flow;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    viewer = stack.anonymous(1).withToken(TestTokens.ofUser("vic", "viewer"));
    operator = stack.anonymous(1).withToken(TestTokens.ofUser("olga", "operator"));
    admin = stack.anonymous(1).withToken(TestTokens.ofUser("adam", "admin"));
    flow = stack.client(1).create(ApiClient.UNCLEAR_CSV);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void anOperatorSeesTheModeAndTheCountsOfEachLevel() {
    viewer.problem(viewer.get(CACHE), 403, "forbidden");
    JsonNode before = operator.tree(operator.get(CACHE));
    assertThat(before.get("instance").asString()).isEqualTo("api-1");
    assertThat(before.get("mode").asString()).isEqualTo("redis");
    assertThat(before.get("reason").asString()).isNotBlank();
    await()
        .until(() -> {
          readState();
          return count("near", "hits") > before.get("near").get("hits").asLong()
              && count("redis", "misses") > 0; // once it is believed
        });
    JsonNode after = operator.tree(operator.get(CACHE));
    assertThat(after.get("loads").get("loads").asLong()).isPositive();
    assertThat(after.get("near").get("hitRate").asDouble()).isBetween(0.01, 1.0);
  }

  @Test
  void anOperatorMakesAllInstancesLoadAFlowAnew() {
    String path = CACHE + "/flows/" + flow;
    viewer.problem(delete(viewer, path), 403, "forbidden");
    operator.problem(delete(operator, CACHE + "/flows/" + UUID.randomUUID()), 404, "not-found");
    operator.problem(delete(operator, CACHE + "/flows/odd"), 400, "malformed-id");
    ApiClient rival = stack.anonymous(1).withToken(TestTokens.ofUser("r", "operator", "rival"));
    rival.problem(delete(rival, path), 404, "not-found");
    readState();
    long loads = count("loads", "loads");
    assertThat(delete(operator, path).statusCode()).isEqualTo(204);
    readState();
    assertThat(count("loads", "loads")).isEqualTo(loads + 1);
  }

  @Test
  void anAdminHasTheCacheWarmed() {
    operator.problem(operator.post(CACHE + "/warm", ""), 403, "forbidden");
    await().until(() -> admin.post(CACHE + "/warm", "").statusCode() == 202);
    await().until(() -> !operator.tree(operator.get(CACHE)).get("warming").asBoolean());
    admin.problem(admin.post(CACHE + "/warm?all=1", ""), 400, "malformed-request");
  }

  @Test
  void theManagementPortShowsTheLevels() {
    ApiClient management =
        new ApiClient(stack.http, stack.json, stack.instance(1).managementPort(), Map.of());
    String metrics = management.get("/metrics").body();
    for (String name : new String[] {"hits", "misses", "stale", "undecodable", "refused_writes"}) {
      assertThat(metrics)
          .containsPattern("skein_cache_" + name + "_total\\{[^}]*level=\"near\"[^}]*} ")
          .containsPattern("skein_cache_" + name + "_total\\{[^}]*level=\"redis\"[^}]*} ");
    }
    assertThat(metrics)
        .contains("skein_cache_loads_total")
        .contains("skein_cache_load_joins_total")
        .contains("skein_cache_warmed_total");
  }

  private static void readState() {
    assertThat(viewer.get(FLOWS + "/" + flow + "/state").statusCode()).isEqualTo(200);
  }

  private static long count(String level, String name) {
    return operator.tree(operator.get(CACHE)).get(level).get(name).asLong();
  }

  private static HttpResponse<String> delete(ApiClient client, String path) {
    return client.send("DELETE", path, BodyPublishers.noBody());
  }
}
