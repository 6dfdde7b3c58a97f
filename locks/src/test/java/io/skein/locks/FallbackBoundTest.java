package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.FallbackBulkhead;
import io.skein.postgres.FallbackBusyException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Locks that PostgreSQL grants take no more of the pool than all fallbacks together may. */
class FallbackBoundTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Class<FallbackBusyException> BUSY = FallbackBusyException.class;

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Stores stores;
  private Locks locks;

  @BeforeEach
  void open() {
    stores = Stores.open(Where.POSTGRES.redisUrl());
    locks = new Locks(stores.redis(), stores.database(), Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    letGo.countDown();
    threads.close();
    locks.close();
    stores.close();
  }

  @Test
  void nobodyIsGrantedALockPastTheBoundAndHoldersGoOn() {
    Lease lease = locks.tryAcquire(request(name)).orElseThrow();
    LockName other = new LockName("flow:" + UUID.randomUUID());
    takeAllPlaces();
    assertThatThrownBy(() -> locks.tryAcquire(request(other))).isInstanceOf(BUSY);
    assertThatThrownBy(() -> locks.acquire(request(other), TTL)).isInstanceOf(BUSY);
    assertThatThrownBy(() -> locks.holder(other)).isInstanceOf(BUSY);
    lease.release();
    letGo.countDown();
    await().until(() -> stores.database().fallback().taken() == 0);
    assertThat(locks.holder(name)).isEmpty();
    assertThat(locks.tryAcquire(request(other))).isPresent();
  }

  @Test
  void whoWaitsAlreadyGoesOnForAsLongAsItWanted() throws Exception {
    Lease lease = locks.tryAcquire(request(name)).orElseThrow();
    Future<Optional<Lease>> waiting =
        threads.submit(() -> locks.acquire(request(name), Duration.ofSeconds(2)));
    await().until(() -> queued() == 1);
    takeAllPlaces();
    assertThat(waiting.get(8, TimeUnit.SECONDS)).isEmpty();
    assertThat(lease.held()).isTrue();
  }

  @Test
  void whoWaitsAlreadyHearsAnInterrupt() {
    Lease lease = locks.tryAcquire(request(name)).orElseThrow();
    Future<Optional<Lease>> stopped =
        threads.submit(() -> locks.acquire(request(name), Duration.ofMinutes(5)));
    await().until(() -> queued() == 1);
    takeAllPlaces();
    stopped.cancel(true);
    await().until(() -> locks.awaited().isEmpty());
    assertThat(lease.held()).isTrue();
  }

  private int queued() {
    return stores
        .database()
        .read(handle ->
            handle
                .createQuery("select count(*) from lock_waiters where name = ?")
                .bind(0, name.value())
                .mapTo(Integer.class)
                .one());
  }

  private static LockRequest request(LockName of) {
    return LockRequest.of(of, "holder", TTL);
  }

  private void takeAllPlaces() {
    FallbackBulkhead fallback = stores.database().fallback();
    for (int i = 0; i < fallback.places(); i++) {
      threads.submit(() ->
          fallback.call(() -> {
            letGo.await();
            return true;
          }));
    }
    await().until(() -> fallback.taken() == fallback.places());
  }
}
