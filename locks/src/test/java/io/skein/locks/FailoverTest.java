package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisShard;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases while the Redis that keeps them is lost and another one takes over, or it comes back. */
@Tag("long")
@Timeout(180)
class FailoverTest {
  private static final Duration TTL = Duration.ofSeconds(6);
  private static final Duration HOLD = Duration.ofMinutes(5);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final LockName name = new LockName("flow:" + UUID.randomUUID());

  @Test
  void aLeaseIsHeldOverAFailoverBySentinelsAndFencesGrow() throws Exception {
    try (RedisGroup group = TestServers.newSentinelRedis();
        Stores stores = Stores.open(group.url());
        Locks locks = new Locks(stores.redis(), stores.database(), HOLD);
        Locks others = new Locks(stores.redis(), stores.database(), HOLD)) {
      stores.awaitRedis();
      Lease lease = take(locks).orElseThrow();
      RedisShard before = shard(stores);
      group.servers().getFirst().kill();
      awaitExclusionByPostgres(stores, lease, others);
      stores.awaitRedis();
      assertThat(shard(stores).master()).as("who is the master now").isNotEqualTo(before.master());
      assertHeldInRedisAgain(stores, lease, others);
    }
  }

  @Test
  void aLeaseIsHeldWhileItsMasterOfAClusterIsLostAndComesBackEmpty() throws Exception {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        Stores stores = Stores.open(cluster.url());
        Locks locks = new Locks(stores.redis(), stores.database(), HOLD);
        Locks others = new Locks(stores.redis(), stores.database(), HOLD)) {
      stores.awaitRedis();
      Lease lease = take(locks).orElseThrow();
      EmbeddedRedis master = server(cluster, shard(stores));
      master.kill();
      awaitExclusionByPostgres(stores, lease, others);
      master.start();
      stores.awaitRedis();
      assertHeldInRedisAgain(stores, lease, others);
    }
  }

  private void awaitExclusionByPostgres(Stores stores, Lease lease, Locks others)
      throws InterruptedException {
    PostgresLeases rows = new PostgresLeases(stores.database());
    await().atMost(TTL).until(() -> rows.holder(name).isPresent());
    assertThat(lease.held()).isTrue();
    assertThat(take(others)).isEmpty();
  }

  private void assertHeldInRedisAgain(Stores stores, Lease lease, Locks others)
      throws InterruptedException {
    RedisLeases keys = new RedisLeases(stores.redis());
    await().atMost(SOON).ignoreExceptions().until(() -> keys.holder(name).isPresent());
    assertThat(lease.held()).isTrue();
    assertThat(take(others)).isEmpty();
    Fence fence = lease.fence();
    lease.release();
    await().atMost(SOON).until(() -> others.holder(name).isEmpty());
    try (Lease next = take(others).orElseThrow()) {
      assertThat(next.fence()).isGreaterThan(fence);
    }
  }

  private Optional<Lease> take(Locks locks) {
    return locks.tryAcquire(LockRequest.of(name, "tester", TTL));
  }

  private RedisShard shard(Stores stores) {
    String key = stores.redis().keys().lock(name.value());
    return stores.redis().shards().stream().filter(one -> one.holds(key)).findFirst().orElseThrow();
  }

  private static EmbeddedRedis server(RedisGroup group, RedisShard shard) {
    return group.servers().stream()
        .filter(server -> URI.create(server.url()).getPort() == shard.master().port())
        .findFirst()
        .orElseThrow();
  }
}
