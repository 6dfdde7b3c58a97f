package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases over the loss and return of Redis. */
class RedisOutageTest {
  private static final Duration TTL = Duration.ofSeconds(3);
  private static final Duration HOLD = Duration.ofMinutes(1);

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private RedisServer server;
  private Stores stores;
  private Locks locks;
  private Locks others;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    stores = Stores.open(server.url());
    locks = new Locks(stores.redis(), stores.database(), HOLD);
    others = new Locks(stores.redis(), stores.database(), HOLD);
  }

  @AfterEach
  void close() {
    locks.close();
    others.close();
    stores.close();
    server.close();
  }

  @Test
  void a_lease_survives_a_flush_and_fences_still_grow() throws Exception {
    Lease lease = locks.acquire(name, "holder", TTL, Duration.ZERO).orElseThrow();
    server.flush();
    await().until(() -> new RedisLeases(stores.redis()).holder(name).isPresent());
    assertThat(others.acquire(name, "other", TTL, Duration.ZERO)).isEmpty();
    Fence before = lease.fence();
    lease.release();
    server.flush();
    try (Lease next = others.acquire(name, "other", TTL, Duration.ZERO).orElseThrow()) {
      assertThat(next.fence()).isGreaterThan(before);
    }
  }

  @Test
  void a_lease_moves_to_postgresql_and_back() throws Exception {
    Lease lease = locks.acquire(name, "holder", TTL, Duration.ZERO).orElseThrow();
    server.kill();
    PostgresLeases rows = new PostgresLeases(stores.database());
    await().atMost(TTL).until(() -> rows.holder(name).isPresent());
    assertThat(lease.held()).isTrue();
    assertThat(others.acquire(name, "other", TTL, Duration.ZERO)).isEmpty();
    assertThat(others.holder(name)).contains("holder");

    server.start();
    await().until(() -> stores.redis().health().available());
    RedisLeases keys = new RedisLeases(stores.redis());
    await().until(() -> keys.holder(name).isPresent() && rows.holder(name).isEmpty());
    assertThat(lease.held()).isTrue();
    lease.release();
    assertThat(others.holder(name)).isEmpty();
  }

  @Test
  void of_two_holders_the_first_renewal_leaves_one() throws Exception {
    server.kill();
    await().until(() -> !stores.redis().health().available());
    Lease inPostgres = locks.acquire(name, "before", TTL, Duration.ZERO).orElseThrow();
    server.start();
    await().pollInterval(Duration.ofMillis(5)).until(() -> stores.redis().health().available());
    Optional<Lease> inRedis = others.acquire(name, "after", TTL, Duration.ZERO);
    await().atMost(TTL).until(() -> inPostgres.held() != inRedis.map(Lease::held).orElse(false));
  }

  @Test
  void a_frozen_redis_costs_a_second_and_leaves_no_lock_behind() throws Exception {
    server.freeze();
    Lease lease = locks.acquire(name, "holder", TTL, Duration.ofSeconds(2)).orElseThrow();
    assertThat(new PostgresLeases(stores.database()).holder(name)).contains("holder");
    lease.release();
    server.thaw();
    RedisLeases keys = new RedisLeases(stores.redis());
    await().until(() -> stores.redis().health().available());
    await().until(() -> keys.holder(name).isEmpty());
  }
}
