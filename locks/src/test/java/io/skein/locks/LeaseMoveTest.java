package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lease that moves from Redis to PostgreSQL, step by step. */
class LeaseMoveTest {
  private static final Duration TTL = Duration.ofMinutes(1);

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private Stores stores;
  private Locks locks;
  private List<LeaseStore> rows;
  private Lease lease;

  @BeforeEach
  void open() {
    stores = Stores.open(TestServers.redis().url());
    stores.awaitRedis();
    locks = new Locks(stores.redis(), stores.database(), TTL);
    rows = List.of(locks.postgresLeases());
    lease = locks.tryAcquire(LockRequest.of(name, "mover", TTL)).orElseThrow();
  }

  @AfterEach
  void close() {
    locks.close();
    stores.close();
  }

  @Test
  void aStoreThatDidNotHearThatItWasLeftHearsOfTheRelease() {
    assertThat(lease.renew(rows, store -> false)).isEmpty();
    assertThat(locks.redisLeases().holder(name)).isPresent();
    assertThat(locks.postgresLeases().holder(name)).isPresent();
    lease.release();
    assertThat(locks.redisLeases().holder(name)).isEmpty();
    await().until(() -> locks.postgresLeases().holder(name).isEmpty());
  }

  @Test
  void aStoreThatWasLeftIsToldNoMore() {
    assertThat(lease.renew(rows, store -> true)).isEmpty();
    assertThat(lease.traces()).containsExactly(locks.postgresLeases());
  }

  /** Or another one would have the lock from the store that grants alone by then. */
  @Test
  void aLeasePastItsMaximumHoldMovesForTheRestOfItsTime() {
    LockRequest request =
        LockRequest.of(new LockName(name + ":short"), "mover", TTL)
            .withMaximumHold(Duration.ofNanos(1));
    Lease over = locks.tryAcquire(request).orElseThrow();
    long end = over.expiresAt();
    assertThat(over.renew(rows, store -> false)).isEmpty();
    assertThat(locks.postgresLeases().holder(request.name())).isPresent();
    assertThat(over.held()).isTrue();
    assertThat(over.expiresAt()).isEqualTo(end);
    over.release();
    assertThat(locks.redisLeases().holder(request.name())).isEmpty();
  }

  @Test
  void storesThatChangeDuringARenewalHaveTheLeaseAtOnce() {
    List<LeaseStore> keys = List.of(locks.redisLeases());
    LockRequest request = LockRequest.of(new LockName("flow:" + UUID.randomUUID()), "mover", TTL);
    Claim claim = locks.newClaim(request);
    Answer.Granted grant = (Answer.Granted) locks.redisLeases().acquire(claim);
    // Asked when the lease comes, when its renewal begins, and from then on.
    AtomicInteger asked = new AtomicInteger();
    Supplier<List<LeaseStore>> active = () -> asked.incrementAndGet() <= 2 ? keys : rows;
    LongSupplier clock = System::nanoTime;
    try (LeaseRenewer renewer =
        new LeaseRenewer(active, new Waiters(clock), new LockCounts(), clock)) {
      long now = clock.getAsLong();
      long renewUntil = now + TTL.toNanos();
      renewer.add(new Lease(request, claim, grant, keys, now, renewUntil, clock, renewer));
      renewer.renewAll();
      await().until(() -> locks.postgresLeases().holder(request.name()).isPresent());
    }
  }

  /** Or the lease could come back before it is left, and be lost there. */
  @Test
  void nobodyComesBetweenARenewalAndTheLeavingOfTheOtherStore() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var unused =
          lease.renew(
              rows,
              store -> {
                Future<?> releasing = executor.submit(lease::release);
                assertThatThrownBy(() -> releasing.get(100, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
                return true;
              });
    }
    assertThat(lease.held()).isFalse();
  }
}
