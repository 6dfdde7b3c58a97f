package io.skein.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.skein.postgres.Database;
import io.skein.postgres.InstanceMode;
import io.skein.postgres.Instances;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The features of two processes over one PostgreSQL and one Redis. */
class FeatureSwitchesTest {
  private static final Duration FOLLOWED = Duration.ofSeconds(2);
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private RedisServer server;
  private PostgresSettings postgres;
  private Member one;
  private Member two;

  private record Member(
      Database database,
      RedisConnections redis,
      SimpleMeterRegistry meters,
      FeatureSwitches features) {
    FeatureGate gate(Feature feature) {
      return redis.gate(feature);
    }

    double figure(String name, String... tags) {
      return meters.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }
  }

  @BeforeEach
  void start() {
    server = open(TestServers.newRedis());
    postgres = PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core"));
    one = process("one", Map.of());
    two = process("two", Map.of(Feature.LOCKS, false));
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @Test
  void theGatesBeginAsTheSettingsSayAndFollowTheOperator() {
    assertThat(one.gate(Feature.LOCKS).open()).isTrue();
    assertThat(two.gate(Feature.LOCKS).mode()).isEqualTo(FeatureMode.FLAG_OFF);
    Stalls.repeatIfStalled(() -> {
      one.features().flags().set("state_cache", true, "ann");
      await().until(two.gate(Feature.STATE_CACHE)::open);
      one.features().flags().set("state_cache", false, "ann");
      assertThat(one.gate(Feature.STATE_CACHE).open()).as("here at once").isFalse();
      await().atMost(FOLLOWED).until(() -> !two.gate(Feature.STATE_CACHE).open());
    });
    two.features().flags().set("locks", true, "bob");
    assertThat(two.gate(Feature.LOCKS).open()).isTrue();
  }

  @Test
  void flagsAreFollowedWhileRedisIsAway() {
    server.kill();
    Stalls.repeatIfStalled(() -> {
      one.features().flags().set("task_queue", true, "ann");
      await().until(() -> two.gate(Feature.TASK_QUEUE).mode() == FeatureMode.REDIS_AWAY);
      one.features().flags().set("task_queue", false, "ann");
      await()
          .atMost(FOLLOWED)
          .until(() -> two.gate(Feature.TASK_QUEUE).mode() == FeatureMode.FLAG_OFF);
      one.features().flags().set("task_queue", true, "ann");
      await()
          .atMost(FOLLOWED)
          .until(() -> two.gate(Feature.TASK_QUEUE).mode() == FeatureMode.REDIS_AWAY);
    });
    server.start();
    await().atMost(Duration.ofSeconds(10)).until(() -> two.gate(Feature.TASK_QUEUE).open());
  }

  @Test
  void eachChangeIsCountedShownAndWrittenDown() {
    Instances instances = new Instances(one.database());
    instances.register("one", "api", "1", "127.0.0.1:1", 1);
    instances.register("two", "api", "1", "127.0.0.1:2", 2);
    assertThat(one.figure("skein.feature.redis", "feature", "rate_limit")).isEqualTo(1);
    one.features().flags().set("rate_limit", false, "ann");
    assertThat(one.figure("skein.feature.redis", "feature", "rate_limit")).isZero();
    assertThat(one.figure("skein.feature.enabled", "feature", "rate_limit")).isZero();
    assertThat(one.figure("skein.feature.breaker.open", "feature", "rate_limit")).isZero();
    assertThat(one.figure("skein.feature.changes", "feature", "rate_limit", "mode", "flag_off"))
        .isEqualTo(1);
    InstanceMode off =
        new InstanceMode("one", "rate_limit", "fallback", FeatureMode.FLAG_OFF.reason(), NOW);
    assertThat(one.features().here()).contains(off);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          assertThat(two.features().modes().changes(10)).contains(off);
          assertThat(two.features().modes().ofInstancesSeenWithin(Duration.ofMinutes(1)))
              .hasSize(2 * Feature.values().length)
              .contains(off);
        });
  }

  private Member process(String name, Map<Feature, Boolean> differently) {
    Map<Feature, Boolean> initial =
        new EnumMap<>(FeatureSettings.read(new SettingsReader(Map.of())));
    initial.putAll(differently);
    Database database = open(Database.open(postgres, name));
    RedisConnections redis = open(RedisConnections.open(RedisSettings.of(server.url()), name));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    return new Member(
        database,
        redis,
        meters,
        open(FeatureSwitches.start(database, redis.gates(), name, initial, meters, () -> NOW)));
  }

  private <T extends AutoCloseable> T open(T closeable) {
    open.push(closeable);
    return closeable;
  }
}
