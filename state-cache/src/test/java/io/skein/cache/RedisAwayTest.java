package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisConnections;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads over the loss and return of Redis, and with the feature's gate closed. */
@Tag("long")
@Timeout(120)
class RedisAwayTest {
  private RedisServer server;
  private TwoInstances both;
  private Truth truth;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    both = TwoInstances.impatient(server).follow();
    truth = both.truth;
  }

  @AfterEach
  void close() {
    both.close();
    server.close();
  }

  @Test
  void aKilledRedisCostsTheCacheAndNothingElse() {
    server.kill();
    await().until(() -> !both.redis.health().available());
    for (int i = 0; i < 20; i++) {
      StateVersion version = truth.commit();
      assertThat(both.read(both.one)).isEqualTo(version);
    }
    assertThat(both.one.invalidate(truth.flow())).as("nobody else is told").isFalse();
    assertThat(both.one.put(truth.flow(), Truth.state(truth.version())))
        .isEqualTo(PutOutcome.REDIS_AWAY);
    server.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> both.isNear(both.one));
    StateVersion last = truth.commit();
    truth.relay(both.redis, last);
    await().until(() -> both.read(both.one).equals(last));
  }

  @Test
  void aFrozenRedisMakesReadsSlowForAMomentAndOldAtNoTime() {
    server.freeze();
    StateVersion version = truth.commit();
    assertThat(both.read(both.one, version.version())).isEqualTo(version);
    assertThat(both.read(both.one)).isEqualTo(version);
    await().until(() -> both.one.mode() == FeatureMode.REDIS_AWAY);
    StateVersion next = truth.commit();
    assertThat(both.read(both.one)).isEqualTo(next);
    server.thaw();
    await().atMost(Duration.ofSeconds(30)).until(() -> both.isNear(both.one));
    assertThat(both.read(both.one)).isEqualTo(next);
  }

  @Test
  void whatWasWrittenWhileTheFlagWasOffIsWhatTheFirstReadReturns() {
    RedisConnections redis = both.redis;
    redis.gate(Feature.STATE_CACHE).enable(false);
    assertThat(both.one.mode()).isEqualTo(FeatureMode.FLAG_OFF);
    StateVersion second = truth.commit();
    assertThat(both.read(both.one)).as("straight from PostgreSQL").isEqualTo(second);
    assertThat(both.one.put(truth.flow(), Truth.state(second)))
        .as("the other instance reads Redis and is told")
        .isEqualTo(PutOutcome.KEPT);
    await().until(() -> both.read(both.two).equals(second));
    StateVersion third = truth.commit();
    redis.gate(Feature.STATE_CACHE).enable(true);
    assertThat(both.read(both.one))
        .as("although nobody has told of it: Redis is not believed yet")
        .isEqualTo(third);
  }

  @Test
  void anInstanceReadsWhatWasWrittenWhileItsOwnCallsFailed() {
    both.redis.gate(Feature.STATE_CACHE).enable(false);
    StateVersion second = truth.commit();
    assertThat(both.one.invalidate(truth.flow(), second)).isNotEqualTo(PutOutcome.REDIS_AWAY);
    assertThat(both.read(both.two, second.version())).isEqualTo(second);
    both.redis.gate(Feature.STATE_CACHE).enable(true);
    await().atMost(Duration.ofSeconds(30)).until(() -> both.isNear(both.one));
    assertThat(both.read(both.one)).isEqualTo(second);
  }

  @Test
  void aRedisThatCameBackEmptyIsWarmed() {
    server.kill();
    await().until(() -> !both.redis.health().available());
    server.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> both.redis.jedis().hexists(both.key(), "data"));
    await()
        .until(() ->
            both.one.statistics().loads().warmed() + both.two.statistics().loads().warmed() > 0);
  }

  @Test
  void loadsStayWithinTheBulkhead() throws Exception {
    CacheSettings settings = TwoInstances.SETTINGS;
    server.kill();
    await().until(() -> !both.redis.health().available());
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch open = new CountDownLatch(1);
    int readers = settings.loads().concurrent() + 10;
    AtomicInteger refused = new AtomicInteger();
    StateCache<UUID, String> cache =
        both.third(id -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          awaitQuietly(open);
          inside.decrementAndGet();
          return truth.load(id);
        });
    List<Callable<Boolean>> reads = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      reads.add(() -> {
        try {
          return cache.get(UUID.randomUUID()).isEmpty();
        } catch (StateUnavailableException e) {
          if (refused.incrementAndGet() == 10) {
            open.countDown();
          }
          return true;
        }
      });
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> read : executor.invokeAll(reads)) {
        assertThat(read.get()).isTrue();
      }
    }
    assertThat(most).hasValue(settings.loads().concurrent());
    assertThat(refused).hasValue(10);
    assertThat(cache.statistics().loads().refusals()).isEqualTo(10);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
