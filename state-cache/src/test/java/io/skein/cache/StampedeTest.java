package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two thousand readers of one state that no cache has. */
@Timeout(120)
class StampedeTest {
  private static final int READERS = 2_000;

  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @Test
  void twoLoadsAtMostServeAll() throws Exception {
    Stalls.repeatIfStalled(() -> { // the others wait for a load for 300 ms
      loads.set(0);
      try (RedisServer server = TestServers.newRedis();
          TwoInstances both = instances(server)) {
        readAtOnce(both, 0);
        assertThat(loads.get()).isBetween(1, 2);
      }
    });
  }

  @Test
  void withoutRedisEachInstanceLoadsOnceAtATime() throws Exception {
    try (RedisServer server = TestServers.newRedis();
        TwoInstances both = instances(server)) {
      server.kill();
      await().until(() -> !both.redis.health().available());
      await().until(() -> !both.redisOf(both.two).health().available());
      readAtOnce(both, 0);
      assertThat(most.get()).isBetween(1, 2);
    }
  }

  @Test
  void aVersionThatNobodyHasCommittedMakesNoStampede() throws Exception {
    try (RedisServer server = TestServers.newRedis();
        TwoInstances both = instances(server)) {
      readAtOnce(both, 99);
      assertThat(most.get()).isBetween(1, 2);
      assertThat(loads.get()).isLessThan(READERS / 20);
    }
  }

  private TwoInstances instances(RedisServer server) {
    Truth[] truth = new Truth[1];
    TwoInstances both =
        new TwoInstances(
            server,
            TwoInstances.SETTINGS,
            id -> {
              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
              loads.incrementAndGet();
              takes50Millis();
              inside.decrementAndGet();
              return truth[0].load(id);
            },
            Step.Listener.NONE);
    truth[0] = both.truth;
    return both;
  }

  private static void readAtOnce(TwoInstances both, long minVersion) throws Exception {
    List<Callable<StateVersion>> reads = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      StateCache<UUID, String> cache = i % 2 == 0 ? both.one : both.two;
      reads.add(() -> both.read(cache, minVersion));
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<StateVersion> read : executor.invokeAll(reads)) {
        assertThat(read.get()).isEqualTo(both.truth.version());
      }
    }
  }

  @SuppressWarnings("ThreadSleep") // the load is what takes time
  private static void takes50Millis() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
