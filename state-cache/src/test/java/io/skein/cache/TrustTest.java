package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What was written while Redis was not used is what the first read afterwards returns. */
class TrustTest extends OnTwoInstances {
  private static final CacheSettings.Warming NO_WARMING = new CacheSettings.Warming(0, 0, 1);

  @Test
  void redisIsBelievedAfterASweepThatBeganAfterTheGateOpened() {
    Sweeps sweeps = new Sweeps();
    try (StateCache<UUID, String> cache = swept(sweeps)) {
      assertThat(both.read(cache)).isEqualTo(truth.version());
      await().until(() -> sweeps.begun.get() == 1);
      assertThat(cache.trustsRedis()).as("although it has just started").isFalse();
      sweeps.done.add(1);
      await().until(cache::trustsRedis);

      switchOff();
      StateVersion second = truth.commit();
      switchOn();
      assertThat(both.read(cache)).as("Redis has the first").isEqualTo(second);
      await().until(() -> sweeps.begun.get() == 2);
      switchOff();
      switchOn();
      assertThat(both.read(cache)).isEqualTo(second);
      await().until(() -> sweeps.begun.get() == 3);
      sweeps.done.add(2);
      assertThat(cache.trustsRedis()).as("that one began before it was closed").isFalse();
      truth.relay(both.redis, second);
      sweeps.done.add(3);
      await().until(cache::trustsRedis);
      assertThat(both.read(cache)).isEqualTo(second);
    }
  }

  @Test
  void aSweepThatFailsIsBegunAgain() {
    Sweeps sweeps = new Sweeps();
    sweeps.done.add(2);
    StateSweep failing =
        () -> {
          BooleanSupplier done = sweeps.begin();
          if (sweeps.begun.get() == 1) {
            throw new IllegalStateException("PostgreSQL does not answer");
          }
          return done;
        };
    try (StateCache<UUID, String> cache = swept(failing)) {
      await().until(cache::trustsRedis);
      assertThat(sweeps.begun).hasValue(2);
    }
  }

  @Test
  void whatWasNearBeforeTheGateClosedCountsNoMore() {
    switchOff();
    StateVersion second = truth.commit(); // and nobody tells
    switchOn();
    assertThat(both.read(both.one)).isEqualTo(second);
  }

  @Test
  void whatRedisKeptOfStatesWithoutASweepIsRemoved() {
    CacheSettings settings = CacheSettings.defaults().withWarming(NO_WARMING);
    String foreign = both.redis.keys().state("another", flow.toString());
    both.redis.jedis().hset(foreign, "data", "kept");
    try (TwoInstances cold =
        new TwoInstances(server, settings, null, Step.Listener.NONE).follow()) {
      FeatureGate gate = cold.redis.gate(Feature.STATE_CACHE);
      gate.enable(false);
      StateVersion second = cold.truth.commit();
      StateVersion third = cold.truth.commit(); // and nobody tells
      gate.enable(true);
      await().until(cold.one::trustsRedis);
      assertThat(cold.redis.jedis().hgetAll(cold.key()))
          .containsOnlyKeys("epoch", "version", "soft");
      assertThat(cold.two.put(cold.flow, Truth.state(second)))
          .as("a write that is late proves nothing")
          .isEqualTo(PutOutcome.VERSION_TOLD);
      assertThat(cold.read(cold.one)).isEqualTo(third);
      await().until(() -> cold.read(cold.two).equals(third));
      assertThat(cold.redis.jedis().hget(foreign, "data")).isEqualTo("kept");
    }
  }

  private StateCache<UUID, String> swept(StateSweep sweep) {
    return new StateCache<>(both.redis, TwoInstances.SETTINGS, Truth.KIND, truth, sweep);
  }

  private void switchOff() {
    gate().enable(false);
  }

  private void switchOn() {
    gate().enable(true);
  }

  private FeatureGate gate() {
    return both.redis.gate(Feature.STATE_CACHE);
  }

  /** Each is done when the test says so. */
  private static final class Sweeps implements StateSweep {
    final AtomicInteger begun = new AtomicInteger();
    final Set<Integer> done = ConcurrentHashMap.newKeySet();

    @Override
    public BooleanSupplier begin() {
      int number = begun.incrementAndGet();
      return () -> done.contains(number);
    }
  }
}
