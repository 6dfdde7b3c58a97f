package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.redis.RedisShard;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads while a master of Redis is lost and another one takes over, or it comes back empty. */
@Tag("long")
@Timeout(180)
class FailoverTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Truth truth = new Truth();

  @Test
  void readsAreRightOverAFailoverBySentinelsAndNearSoonAfterIt() {
    try (RedisGroup group = TestServers.newSentinelRedis();
        Cached cached = new Cached(group)) {
      RedisShard before = cached.shard();
      group.servers().getFirst().kill();
      cached.assertReadsAreRightWithoutRedis();
      cached.awaitRedisAndNearReads();
      assertThat(cached.shard().master()).as("who is the master now").isNotEqualTo(before.master());
      cached.assertTheRelayReachesTheCache();
    }
  }

  @Test
  void readsAreRightWhileAMasterOfAClusterIsLostAndComesBackEmpty() {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        Cached cached = new Cached(cluster)) {
      int port = cached.shard().master().port();
      EmbeddedRedis master =
          cluster.servers().stream()
              .filter(server -> URI.create(server.url()).getPort() == port)
              .findFirst()
              .orElseThrow();
      master.kill();
      cached.assertReadsAreRightWithoutRedis();
      master.start();
      cached.awaitRedisAndNearReads();
      cached.assertTheRelayReachesTheCache();
    }
  }

  /** An instance whose near cache's clock stands still. */
  private final class Cached implements AutoCloseable {
    private final RedisConnections redis;
    private final StateCache<UUID, String> cache;

    Cached(RedisGroup group) {
      redis = RedisConnections.open(RedisSettings.of(group.url()), "cache-failover-test");
      cache =
          new StateCache<>(
              redis,
              CacheSettings.defaults(),
              Truth.KIND,
              truth,
              null,
              new StateCache.Surroundings(() -> 0, () -> 0, Step.Listener.NONE));
      cache.start();
      await().atMost(SOON).until(this::isNear);
    }

    RedisShard shard() {
      String key = redis.keys().flowState(truth.flow());
      return redis.shards().stream().filter(one -> one.holds(key)).findFirst().orElseThrow();
    }

    /** From before it is noticed until after. */
    void assertReadsAreRightWithoutRedis() {
      StateVersion first = truth.commit();
      assertThat(cache.get(truth.flow(), first.version()).orElseThrow().version()).isEqualTo(first);
      await().atMost(SOON).until(() -> !redis.health().available());
      for (int i = 0; i < 20; i++) {
        StateVersion version = truth.commit();
        assertThat(read()).isEqualTo(version);
      }
    }

    void awaitRedisAndNearReads() {
      await().atMost(SOON).until(() -> redis.health().available());
      await().atMost(SOON).until(this::isNear);
      assertThat(read()).isEqualTo(truth.version());
    }

    void assertTheRelayReachesTheCache() {
      StateVersion last = truth.commit();
      truth.relay(redis, last);
      await().atMost(SOON).until(() -> read().equals(last));
      await().atMost(SOON).until(this::isNear);
    }

    private StateVersion read() {
      return cache.get(truth.flow()).orElseThrow().version();
    }

    private boolean isNear() {
      long before = cache.statistics().near().hits();
      StateVersion unused = read();
      return cache.statistics().near().hits() > before;
    }

    @Override
    public void close() {
      cache.close();
      redis.close();
    }
  }
}
