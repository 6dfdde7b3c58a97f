package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** States that are read much stay long, and reading writes nothing. */
@Timeout(180)
class AdaptiveLifeTest {
  private static final Duration HALF_LIFE = Duration.ofMinutes(10);

  private RedisServer server;
  private TwoInstances both;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    both = new TwoInstances(server);
  }

  @AfterEach
  void close() {
    both.close();
    server.close();
  }

  @Test
  void theThresholdsHoldOnACountThatDecays() {
    read(1);
    assertThat(lifeOfAFill()).as("cold").isBetween(minutes(4.5), minutes(5.5));
    read(9); // 11 with the fill's own read
    assertThat(lifeOfAFill()).as("over 10").isBetween(minutes(9), minutes(11));
    read(90);
    assertThat(lifeOfAFill()).as("over 100").isBetween(minutes(54), minutes(66));
    both.one.exchangeHeat(); // every 5 s
    both.pass(HALF_LIFE);
    assertThat(lifeOfAFill()).as("half of it is warm").isBetween(minutes(9), minutes(11));
    both.pass(HALF_LIFE.multipliedBy(3));
    assertThat(lifeOfAFill()).as("an hour later it is cold").isBetween(minutes(4.5), minutes(5.5));
  }

  @Test
  void theCountIsOfAllInstances() {
    for (int i = 0; i < 60; i++) {
      both.read(both.one);
      both.read(both.two);
    }
    both.one.exchangeHeat();
    both.two.exchangeHeat();
    assertThat(lifeOfAFill(both.two)).isBetween(minutes(54), minutes(66));
    both.pass(HALF_LIFE.multipliedBy(2));
    both.read(both.one);
    both.one.exchangeHeat();
    assertThat(lifeOfAFill(both.one)).as("30 and a few left").isBetween(minutes(9), minutes(11));
  }

  @Test
  void whatIsNotReadAnyMoreIsForgotten() {
    both.read(both.one);
    both.one.exchangeHeat();
    both.pass(HALF_LIFE.multipliedBy(2));
    assertThat(both.one.get(UUID.randomUUID())).isEmpty();
    both.one.exchangeHeat();
    assertThat(both.redis.jedis().zrange(both.redis.keys().heat("flow", HALF_LIFE), 0, -1))
        .hasSize(1)
        .doesNotContain(both.flow.toString());
  }

  @Test
  void withAnotherHalfLifeOrAClockSetBackCountingBeginsAnew() {
    heat(HALF_LIFE, Duration.ZERO).add(Map.of("known", 5_000L, "old", 5_000L));
    RedisHeat longer = heat(HALF_LIFE.multipliedBy(6), Duration.ZERO);
    assertThat(longer.add(Map.of("known", 3L))).containsEntry("known", 3.0);
    assertThat(longer.add(Map.of("new", 10L))).containsEntry("new", 10.0);
    assertThat(longer.hottest(3)).containsExactly("new", "known");
    RedisHeat setBack = heat(HALF_LIFE.multipliedBy(6), Duration.ofDays(-90));
    assertThat(setBack.add(Map.of("known", 3L, "new", 1L)))
        .containsEntry("known", 3.0)
        .containsEntry("new", 1.0);
    assertThat(setBack.hottest(3)).containsExactly("known", "new");
  }

  private RedisHeat heat(Duration halfLife, Duration clockShift) {
    FeatureGate gate = both.redis.gate(Feature.STATE_CACHE);
    return new RedisHeat(both.redis, gate, "flow", halfLife, clockShift::toMillis);
  }

  @Test
  void withoutRedisTheOwnReadsCount() {
    read(150);
    both.redis.gate(Feature.STATE_CACHE).enable(false);
    both.one.exchangeHeat();
    both.redis.gate(Feature.STATE_CACHE).enable(true);
    assertThat(both.redis.jedis().exists(both.redis.keys().heat("flow", HALF_LIFE))).isFalse();
    await().until(both.one::trustsRedis);
    assertThat(lifeOfAFill()).as("its own reads").isBetween(minutes(54), minutes(66));
    assertThat(lifeOfAFill(both.third(both.truth)))
        .as("an instance that knows nothing")
        .isLessThan(minutes(6));
  }

  @Test
  void tenThousandReadsWriteNothingToRedis() {
    Stalls.repeatIfStalled(() -> {
      await().until(both.one::trustsRedis);
      both.read(both.one);
      try (Jedis observer = both.redis.connect()) {
        long before = writes(observer);
        long hits = both.one.statistics().redis().hits();
        read(10_000);
        assertThat(both.one.statistics().redis().hits() - hits).isEqualTo(10_000);
        // The probes of health write too, twice a second and instance.
        assertThat(writes(observer) - before).as("by reads").isZero();
        both.one.exchangeHeat();
        assertThat(writes(observer) - before).as("the exchange of counts").isBetween(1L, 7L);
      }
    });
  }

  /** Calls of all commands that write, but for the probe of health. */
  private static long writes(Jedis observer) {
    Matcher calls =
        Pattern.compile("cmdstat_(\\w+):calls=(\\d+)").matcher(observer.info("commandstats"));
    long writes = 0;
    while (calls.find()) {
      boolean reads =
          calls.group(1).matches("hmget|pttl|info|psetex|client|hello|ping|subscribe|evalsha|auth");
      writes += reads ? 0 : Long.parseLong(calls.group(2));
    }
    return writes;
  }

  private void read(int times) {
    for (int i = 0; i < times; i++) {
      both.read(both.one);
    }
  }

  private Duration lifeOfAFill() {
    return lifeOfAFill(both.one);
  }

  private Duration lifeOfAFill(StateCache<UUID, String> cache) {
    assertThat(cache.invalidate(both.flow)).isTrue();
    both.read(cache);
    return Duration.ofMillis(both.redis.jedis().pttl(both.key()));
  }

  private static Duration minutes(double minutes) {
    return Duration.ofMillis((long) (minutes * 60_000));
  }
}
