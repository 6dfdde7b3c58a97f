package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
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
import org.junit.jupiter.api.Test;

/** Reads over the loss and return of Redis; the near cache's clock stands still. */
class RedisAwayTest {
  private static final CacheSettings SETTINGS = CacheSettings.defaults();

  private final Truth truth = new Truth();
  private RedisServer server;
  private RedisConnections redis;
  private StateCache cache;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    redis = RedisConnections.open(RedisSettings.of(server.url()), "cache-test");
    cache = new StateCache(redis, SETTINGS, () -> 0);
    cache.start();
    await().until(this::isNear);
  }

  @AfterEach
  void close() {
    cache.close();
    redis.close();
    server.close();
  }

  @Test
  void a_killed_redis_costs_the_cache_and_nothing_else() {
    server.kill();
    await().until(() -> !redis.health().available());
    for (int i = 0; i < 20; i++) {
      StateVersion version = truth.commit();
      assertThat(read()).isEqualTo(version);
    }
    server.start();
    await().until(this::isNear);
    StateVersion last = truth.commit();
    truth.relay(redis, last);
    await().until(() -> read().equals(last));
  }

  @Test
  void a_frozen_redis_makes_reads_slow_for_a_moment_and_old_at_no_time() {
    server.freeze();
    StateVersion version = truth.commit();
    assertThat(cache.get(truth.flow(), version.version(), truth::load).orElseThrow().version())
        .isEqualTo(version);
    assertThat(read()).isEqualTo(version);
    await().until(() -> !redis.health().available());
    StateVersion next = truth.commit();
    assertThat(read()).isEqualTo(next);
    server.thaw();
    await().until(this::isNear);
    assertThat(read()).isEqualTo(next);
  }

  @Test
  void loads_stay_within_the_bulkhead() throws Exception {
    server.kill();
    await().until(() -> !redis.health().available());
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch open = new CountDownLatch(1);
    int readers = SETTINGS.loads().concurrent() + 10;
    List<Callable<Boolean>> reads = new ArrayList<>();
    AtomicInteger refused = new AtomicInteger();
    for (int i = 0; i < readers; i++) {
      reads.add(() -> {
        try {
          return cache
              .get(
                  UUID.randomUUID(),
                  0,
                  id -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    awaitQuietly(open);
                    inside.decrementAndGet();
                    return truth.load(id);
                  })
              .isEmpty();
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
    assertThat(most).hasValue(SETTINGS.loads().concurrent());
    assertThat(refused).hasValue(10);
  }

  private StateVersion read() {
    return cache.get(truth.flow(), 0, truth::load).orElseThrow().version();
  }

  private boolean isNear() {
    long before = cache.statistics().nearHits();
    StateVersion unused = read();
    return cache.statistics().nearHits() > before;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
