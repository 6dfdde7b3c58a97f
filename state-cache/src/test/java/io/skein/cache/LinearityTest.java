package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisAwayException;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Eight writers and sixteen readers on two instances, a random delay between every two steps, Redis
 * flushed and its connections cut at random. No reader sees a version older than one it has seen,
 * none sees one that was never committed, and in the end all see the last.
 */
class LinearityTest {
  private static final int OPERATIONS = Boolean.getBoolean("skein.test.full") ? 100_000 : 10_000;
  private static final int WRITERS = 8;
  private static final int READERS = 16;
  private static final int OPERATIONS_OF_EACH = OPERATIONS / (WRITERS + READERS);
  private static final Duration LAST_SEEN_WITHIN = Duration.ofSeconds(5);

  private final long seed = System.nanoTime();
  private final CountDownLatch over = new CountDownLatch(1);

  @Test
  @Timeout(1_200)
  void nobodyGoesBack() throws Exception {
    try (RedisServer server = TestServers.newRedis();
        TwoInstances both = TwoInstances.inRealTime(server, (step, id) -> delay())) {
      both.one.start();
      both.two.start();
      List<Callable<Long>> work = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        StateCache<UUID, String> cache = i % 2 == 0 ? both.one : both.two;
        boolean puts = i % 4 < 2;
        work.add(() -> write(both, cache, puts));
      }
      for (int i = 0; i < READERS; i++) {
        int reader = i;
        work.add(() -> read(both, reader));
      }
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
          ExecutorService trouble = Executors.newFixedThreadPool(2)) {
        Future<?> disturbed = trouble.submit(() -> disturb(both));
        Future<?> swept = trouble.submit(() -> sweep(both));
        for (Future<Long> done : executor.invokeAll(work)) {
          assertThat(done.get()).as("seed %d", seed).isGreaterThan(OPERATIONS_OF_EACH / 2);
        }
        StateVersion last = both.truth.version();
        await()
            .atMost(LAST_SEEN_WITHIN)
            .until(() ->
                both.read(both.one).equals(last)
                    && both.read(both.two).equals(last)
                    && both.read(both.third(both.truth)).equals(last));
        over.countDown();
        disturbed.get();
        swept.get();
      }
      wasHard(both.one.statistics());
      wasHard(both.two.statistics());
    }
  }

  /** A run in which every read was a near hit would prove nothing. */
  private static void wasHard(CacheStatistics statistics) {
    assertThat(statistics.loads().loads()).isGreaterThan(OPERATIONS / 500);
    assertThat(statistics.near().staleRefusals()).isPositive();
    assertThat(statistics.redis().hits()).isPositive();
    assertThat(statistics.redis().refusedWrites()).isPositive();
  }

  /** Commits, then tells, as a relay does or as one who puts; a twentieth of it is lost. */
  private long write(TwoInstances both, StateCache<UUID, String> cache, boolean puts) {
    long commits = 0;
    for (int i = 0; i < OPERATIONS_OF_EACH; i++) {
      delay();
      StateVersion version = both.truth.commit();
      delay();
      if (ThreadLocalRandom.current().nextInt(20) > 0) {
        tell(both, cache, version, puts);
      }
      commits++;
    }
    return commits;
  }

  private static void tell(
      TwoInstances both, StateCache<UUID, String> cache, StateVersion version, boolean puts) {
    try {
      if (puts) {
        assertThat(cache.put(both.flow, Truth.state(version))).isNotNull();
      } else {
        both.truth.relay(both.redisOf(cache), version);
      }
    } catch (JedisException | RedisAwayException e) {
      return; // lost: the sweep sees to it
    }
  }

  /** Half of the readers stay on one instance; the others go to and fro and say what they have. */
  private long read(TwoInstances both, int reader) {
    StateVersion highest = StateVersion.NONE;
    long reads = 0;
    for (int i = 0; i < OPERATIONS_OF_EACH; i++) {
      delay();
      boolean stays = reader % 2 == 0;
      boolean one = stays ? reader % 4 == 0 : ThreadLocalRandom.current().nextBoolean();
      long minVersion = stays ? 0 : Math.max(0, highest.version());
      StateVersion found;
      try {
        found = both.read(one ? both.one : both.two, minVersion);
      } catch (StateUnavailableException e) {
        continue; // too many loads: the client tries again
      }
      assertThat(found).as("reader %d, seed %d", reader, seed).isGreaterThanOrEqualTo(highest);
      assertThat(found).as("committed").isLessThanOrEqualTo(both.truth.version());
      highest = found;
      reads++;
    }
    return reads;
  }

  private void disturb(TwoInstances both) {
    SplittableRandom random = new SplittableRandom(seed);
    while (pauseUnlessOver(random.nextInt(10, 150))) {
      try {
        switch (random.nextInt(8)) {
          case 0 -> both.cut(ClientType.NORMAL);
          case 1 -> both.cutSubscriptions();
          case 2 -> both.one.invalidate(both.flow);
          case 3 -> both.redis.jedis().publish(both.redis.keys().flowVersions(), "nonsense");
          default -> both.server.flush();
        }
      } catch (JedisException e) {
        continue; // its own connection was cut
      }
    }
  }

  /** The event bus's, which tells of what was lost. */
  private void sweep(TwoInstances both) {
    while (pauseUnlessOver(500)) {
      try {
        both.truth.relay(both.redis, both.truth.version());
      } catch (JedisException e) {
        continue;
      }
    }
  }

  private boolean pauseUnlessOver(int millis) {
    try {
      return !over.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Mostly none, now and then long enough for everybody else to overtake. */
  private static void delay() {
    int kind = ThreadLocalRandom.current().nextInt(20);
    if (kind == 0) {
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
    } else if (kind < 5) {
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_000_000));
    } else if (kind < 10) {
      Thread.yield();
    }
  }
}
