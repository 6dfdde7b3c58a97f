package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

class RedisConnectionsTest {
  private RedisServer server;
  private RedisConnections redis;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    redis = RedisConnections.open(RedisSettings.of(server.url()), "redis-test");
  }

  @AfterEach
  void close() throws Exception {
    redis.close();
    server.close();
  }

  @Test
  void aForgottenScriptIsSentAgain() {
    LuaScript script = LuaScript.load(RedisConnectionsTest.class, "count_calls.lua");
    assertThat(script.run(redis.jedis(), List.of("n"), List.of("2"))).isEqualTo(2L);
    redis.jedis().scriptFlush("n");
    assertThat(script.run(redis.jedis(), List.of("n"), List.of("3"))).isEqualTo(5L);
  }

  @Test
  void healthFollowsTheServerDownAndUp() {
    List<Boolean> heard = new CopyOnWriteArrayList<>();
    await().until(() -> redis.health().available());
    redis.health().onChange(heard::add);
    server.kill();
    await().atMost(Duration.ofSeconds(10)).until(() -> !redis.health().available());
    server.start();
    await().atMost(Duration.ofSeconds(10)).until(() -> redis.health().available());
    assertThat(heard).containsExactly(false, true);
    assertThat(redis.redisson().getBucket("after").trySet("x")).isTrue();
  }

  @Test
  void healthIsLostWhenTheServerFreezes() {
    server.freeze();
    await().atMost(Duration.ofSeconds(10)).until(() -> !redis.health().available());
    server.thaw();
    await().atMost(Duration.ofSeconds(10)).until(() -> redis.health().available());
  }

  /** Or who waits for a lock on a busy machine would not hear that it is to stop. */
  @Test
  void anInterruptIsNotLostWhileAllConnectionsAreInUse() {
    RedisClient client = (RedisClient) redis.jedis();
    List<Connection> all = Stream.generate(client.getPool()::getResource).limit(16).toList();
    try {
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> redis.gate(Feature.LOCKS).tell("asking", () -> redis.jedis().exists("x")))
          .isInstanceOf(RedisAwayException.class);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      all.forEach(Connection::close);
    }
  }

  /** As by a restart that is over before anybody has noticed. */
  @Test
  void connectionsThatWereAllCutCostOneProbe() throws Exception {
    FeatureGate gate = redis.gate(Feature.STATE_CACHE);
    List<FeatureMode> heard = new CopyOnWriteArrayList<>();
    gate.onChange(heard::add);
    for (int attempt = 1; !aCallMeetsWhatWasCut(gate); attempt++) {
      assertThat(attempt).as("attempts in which a probe met it first").isLessThan(10);
    }
    await()
        .atMost(Duration.ofSeconds(2))
        .ignoreException(RedisAwayException.class)
        .until(() -> !gate.call("asking", () -> redis.jedis().exists("x")));
    assertThat(heard).as("how the mode changed").isEmpty();
  }

  /** False when the regular probe came between the cut and the call. */
  private boolean aCallMeetsWhatWasCut(FeatureGate gate) throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        callers.execute(() -> redis.jedis().blpop(0.2, "none"));
      }
    }
    try (Jedis killer = redis.connect()) {
      killer.clientKill(ClientKillParams.clientKillParams().type(ClientType.NORMAL));
    }
    try {
      gate.call("asking", () -> redis.jedis().exists("x"));
      return false;
    } catch (RedisAwayException expected) {
      return true;
    }
  }

  @Test
  void opensWithoutAServerAndHeals() {
    server.kill();
    try (RedisConnections late = RedisConnections.open(RedisSettings.of(server.url()), "late")) {
      assertThat(late.health().available()).isFalse();
      server.start();
      await().atMost(Duration.ofSeconds(10)).until(() -> late.health().available());
    }
  }

  /**
   * More callers than connections, each with three calls one after the other: none waits longer
   * than for a connection and one answer, 350 ms. What is allowed above that is for the machine.
   */
  @Test
  void aFrozenServerHoldsNobodyLongerThanOneCall() {
    Stalls.repeatIfStalled(this::callAFrozenServer);
  }

  private void callAFrozenServer() {
    FeatureGate gate = redis.gate(Feature.STATE_CACHE);
    await().until(gate::open);
    gate.call("asking", () -> redis.jedis().exists("x"));
    List<Long> waited = new CopyOnWriteArrayList<>();
    server.freeze();
    long frozen = System.nanoTime();
    try {
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 64; i++) {
          callers.execute(() -> waited.add(timeOfThreeCalls(gate)));
        }
      }
      await().atMost(Duration.ofSeconds(2)).until(() -> !gate.open());
      assertThat(Duration.ofNanos(System.nanoTime() - frozen)).isLessThan(Duration.ofSeconds(2));
      assertThat(waited).hasSize(64);
      assertThat(waited).allMatch(millis -> millis < 350 + 400);
    } finally {
      server.thaw();
    }
  }

  private long timeOfThreeCalls(FeatureGate gate) {
    long begun = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      try {
        gate.call("asking", () -> redis.jedis().exists("x"));
      } catch (RedisAwayException expected) {
        // the next one is made all the same
      }
    }
    return Duration.ofNanos(System.nanoTime() - begun).toMillis();
  }
}
