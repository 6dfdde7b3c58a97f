package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.testing.Stalls;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Which features Redis carries on two instances, and switching them. */
class FeaturesTest {
  private static final String PATH = "/api/v1/features";

  /** As promised to operators. */
  private static final Duration FOLLOWED = Duration.ofSeconds(2);

  private ApiStack stack;
  private ApiClient admin;
  private ApiClient other;

  @BeforeEach
  void start() throws Exception {
    stack = ApiStack.start(2, Map.of("ENABLE_REDIS_LOCKS", "false"));
    admin = stack.anonymous(1).withToken(TestTokens.ofUser("root", "admin"));
    other = stack.client(2);
  }

  @AfterEach
  void stop() throws Exception {
    stack.close();
  }

  @Test
  void eachFeatureIsShownWithItsModeOnAllInstances() {
    await()
        .untilAsserted(() ->
            assertThat(feature(other, "state_cache").get("instances"))
                .hasSize(2)
                .allMatch(instance -> instance.get("mode").asString().equals("redis")));
    JsonNode listed = other.tree(other.get(PATH));
    assertThat(listed.get("instance").asString()).isEqualTo("api-2");
    assertThat(listed.get("items")).hasSize(Feature.values().length);
    JsonNode cache = feature(other, "state_cache");
    assertThat(cache.get("enabled").asBoolean()).isTrue();
    assertThat(cache.get("mode").asString()).isEqualTo("redis");
    assertThat(cache.get("changedBy").isNull()).isTrue();
    for (JsonNode instance : cache.get("instances")) {
      assertThat(instance.get("since").asString()).isNotBlank();
    }
    JsonNode locks = feature(other, "locks");
    assertThat(locks.get("enabled").asBoolean()).as("as the environment says").isFalse();
    assertThat(locks.get("mode").asString()).isEqualTo("fallback");
    assertThat(locks.get("reason").asString()).contains("flag");
  }

  @Test
  void aFlagIsFollowedByAllInstancesAndTheChangeIsKept() {
    Stalls.repeatIfStalled(() -> {
      set(admin, "state_cache", true);
      await().until(() -> mode(admin).equals("redis") && mode(other).equals("redis"));
      JsonNode answer = admin.tree(set(admin, "state_cache", false));
      assertThat(answer.get("enabled").asBoolean()).isFalse();
      assertThat(answer.get("mode").asString()).isEqualTo("fallback");
      assertThat(answer.get("changedBy").asString()).isEqualTo("root");
      await().atMost(FOLLOWED).until(() -> mode(other).equals("fallback"));
      await()
          .atMost(FOLLOWED)
          .untilAsserted(() ->
              assertThat(feature(admin, "state_cache").get("instances"))
                  .hasSize(2)
                  .allMatch(instance -> instance.get("mode").asString().equals("fallback")));
      set(admin, "state_cache", true);
      await().atMost(FOLLOWED).until(() -> mode(other).equals("redis"));
      await()
          .atMost(FOLLOWED)
          .untilAsserted(() ->
              assertThat(changes())
                  .containsSequence("api-2 state_cache redis")
                  .contains("api-1 state_cache fallback", "api-2 state_cache fallback"));
    });
  }

  @Test
  void theRegistryOfConnectionsGoesWithTheEventBus() {
    set(admin, "event_bus", false);
    JsonNode broker = feature(admin, "sse_broker");
    assertThat(broker.get("enabled").asBoolean()).as("its own flag").isTrue();
    assertThat(broker.get("mode").asString()).isEqualTo("fallback");
    assertThat(broker.get("reason").asString()).contains("needs");
    set(admin, "event_bus", true);
    await()
        .untilAsserted(() ->
            assertThat(feature(admin, "sse_broker").get("mode").asString()).isEqualTo("redis"));
  }

  @Test
  void onlyAnAdminSwitchesAndTheBodyIsChecked() {
    admin.problem(set(other, "state_cache", false), 403, "forbidden");
    admin.problem(set(admin, "coffee", false), 404, "not-found");
    admin.problem(put(admin, "state_cache", "{}"), 400, "malformed-request");
    for (String value : List.of("\"false\"", "\"maybe\"", "0", "null", "{}")) {
      String body = "{\"enabled\": " + value + "}";
      admin.problem(put(admin, "state_cache", body), 400, "malformed-request");
    }
    assertThat(feature(admin, "state_cache").get("enabled").asBoolean()).isTrue();
  }

  private static String mode(ApiClient client) {
    return feature(client, "state_cache").get("mode").asString();
  }

  private List<String> changes() {
    JsonNode items = admin.tree(admin.get(PATH + "/changes?limit=20")).get("items");
    return StreamSupport.stream(items.spliterator(), false)
        .map(change ->
            change.get("instance").asString()
                + " "
                + change.get("name").asString()
                + " "
                + change.get("mode").asString())
        .toList();
  }

  private static JsonNode feature(ApiClient client, String name) {
    for (JsonNode item : client.tree(client.get(PATH)).get("items")) {
      if (item.get("name").asString().equals(name)) {
        return item;
      }
    }
    throw new AssertionError("no feature " + name);
  }

  private static HttpResponse<String> set(ApiClient client, String name, boolean enabled) {
    return put(client, name, "{\"enabled\": " + enabled + "}");
  }

  private static HttpResponse<String> put(ApiClient client, String name, String body) {
    return client.send("PUT", PATH + "/" + name, BodyPublishers.ofString(body));
  }
}
