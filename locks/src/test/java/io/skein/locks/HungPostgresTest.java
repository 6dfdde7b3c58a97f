package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redis is away, and PostgreSQL hangs or has gone while it keeps leases. */
@Tag("long")
@Timeout(120)
class HungPostgresTest {
  private static final Duration HOLD = Duration.ofMinutes(5);

  /** How long the pool looks for a connection. */
  private static final Duration BORROW = Duration.ofSeconds(5);

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private PostgresServer server;
  private Stores stores;
  private Locks locks;

  @BeforeEach
  void open() {
    server = TestServers.newPostgres();
    stores = Stores.open(Where.POSTGRES.redisUrl(), server);
    locks = new Locks(stores.redis(), stores.database(), HOLD);
  }

  @AfterEach
  void close() {
    locks.close();
    stores.close();
    server.close();
  }

  @Test
  void theEndOfALeaseIsToldWhileItsRenewalHangs() throws Exception {
    Duration ttl = Duration.ofSeconds(2);
    List<LossReason> told = new CopyOnWriteArrayList<>();
    Lease lease =
        locks
            .tryAcquire(
                LockRequest.of(name, "holder", ttl).withOnLost((lost, reason) -> told.add(reason)))
            .orElseThrow();
    server.freeze();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      await().atMost(Duration.ofSeconds(20)).until(() -> !told.isEmpty());
      assertThat(lease.held()).isFalse();
      executor.submit(lease::release).get(10, TimeUnit.SECONDS);
    } finally {
      server.thaw();
    }
    await().ignoreExceptions().until(() -> locks.holder(name).isEmpty());
    assertThat(told).containsExactly(LossReason.EXPIRED);
  }

  @Test
  void closingWaitsForAServerThatHasGoneOnceAndNotForEachLease() {
    for (int i = 0; i < 4; i++) {
      LockName one = new LockName(name + ":" + i);
      assertThat(locks.tryAcquire(LockRequest.of(one, "holder", HOLD))).isPresent();
    }
    server.kill();
    long begin = System.nanoTime();
    locks.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BORROW.multipliedBy(3));
  }
}
