package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.RedisAwayException;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The flag of the locks is flipped; two processes follow it at different moments. */
@Tag("long")
@Timeout(180)
class FlagFlipTest {
  private static final Duration TTL = Duration.ofSeconds(30);
  private static final Duration HOLD = Duration.ofMinutes(1);

  /** Before the next renewal would have done it. */
  private static final Duration AT_ONCE = TTL.dividedBy(3).minusSeconds(1);

  private static final int FLIPS = Boolean.getBoolean("skein.test.full") ? 40 : 10;

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private final AtomicLong ahead = new AtomicLong();
  private Stores here;
  private Stores there;
  private Locks locks;
  private Locks others;

  @BeforeEach
  void open() {
    here = Stores.open(TestServers.redis().url());
    here.awaitRedis();
    there = here.another();
    locks = new Locks(here.redis(), here.database(), HOLD, this::now);
    others = new Locks(there.redis(), there.database(), HOLD, this::now);
  }

  @AfterEach
  void close() {
    locks.close();
    others.close();
    here.close();
    there.close();
  }

  private long now() {
    return System.nanoTime() + ahead.get();
  }

  /**
   * Both processes take it that all have followed by now. Who renews sleeps by the real clock, up
   * to a third of the time to live.
   */
  private void settle() {
    ahead.addAndGet(ActiveStores.SETTLING.toNanos());
  }

  private static void flag(Stores stores, boolean on) {
    stores.redis().gate(Feature.LOCKS).enable(on);
  }

  @Test
  void aLeaseFollowsTheFlagAndExcludesThoseWhoDidNotFollowYet() {
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
    LeaseStore keys = new RedisLeases(here.redis());
    LeaseStore rows = new PostgresLeases(here.database());
    assertThat(rows.holder(name)).isEmpty();

    flag(here, false);
    await().atMost(AT_ONCE).until(() -> rows.holder(name).isPresent());
    assertThat(keys.holder(name)).as("for those who have not heard").isPresent();
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    flag(there, false);
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    settle();
    ahead.addAndGet(TTL.dividedBy(3).toNanos());
    await()
        .atMost(TTL)
        .ignoreException(RedisAwayException.class)
        .until(() -> keys.holder(name).isEmpty());
    assertThat(lease.held()).isTrue();
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();

    flag(there, true);
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    flag(here, true);
    await()
        .atMost(AT_ONCE)
        .ignoreException(RedisAwayException.class)
        .until(() -> keys.holder(name).isPresent());
    settle();
    ahead.addAndGet(TTL.dividedBy(3).toNanos());
    await().atMost(TTL).until(() -> rows.holder(name).isEmpty());
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    lease.release();
    assertThat(keys.holder(name)).isEmpty();
  }

  /** PostgreSQL takes it over before Redis refuses it. */
  @Test
  void aLeaseThatOneStoreRefusesIsGivenBackInTheOther() {
    List<LossReason> told = new CopyOnWriteArrayList<>();
    LockRequest request =
        LockRequest.of(name, "robbed", TTL).withOnLost((lost, reason) -> told.add(reason));
    Lease lease = locks.tryAcquire(request).orElseThrow();
    LeaseStore keys = new RedisLeases(here.redis());
    LeaseStore rows = new PostgresLeases(here.database());
    keys.release(lease.claim()); // as if it had ended there
    Lease robber = others.tryAcquire(LockRequest.of(name, "robber", TTL)).orElseThrow();
    flag(here, false);
    await().until(() -> !told.isEmpty());
    assertThat(told).containsExactly(LossReason.REFUSED);
    await().atMost(AT_ONCE).until(() -> rows.holder(name).isEmpty());
    assertThat(keys.holder(name).map(LockHolder::holder)).contains("robber");
    robber.release();
  }

  @Test
  void aLeaseIsTakenOverThatWasGrantedWhileTheFlagWasFlipped() {
    LockRequest request = LockRequest.of(name, "holder", TTL);
    LeaseStore rows = new PostgresLeases(here.database());
    Claim claim = locks.newClaim(request);
    Answer.Granted grant = (Answer.Granted) locks.redisLeases().acquire(claim);
    flag(here, false);
    Lease lease = locks.granted(request, claim, grant, List.of(locks.redisLeases()), now());
    await().atMost(AT_ONCE).until(() -> rows.holder(name).isPresent());
    lease.release();
    assertThat(rows.holder(name)).isEmpty();
  }

  @Test
  void aLeaseIsGivenBackThatWasGrantedWhileItsLocksWereClosed() {
    LockRequest request = LockRequest.of(name, "holder", TTL);
    Claim claim = locks.newClaim(request);
    Answer.Granted grant = (Answer.Granted) locks.redisLeases().acquire(claim);
    locks.close();
    Lease lease = locks.granted(request, claim, grant, List.of(locks.redisLeases()), now());
    assertThat(lease.held()).isFalse();
    assertThat(others.holder(name)).isEmpty();
  }

  @Test
  void onlyOneIsInsideWhileTheFlagIsFlipped() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    AtomicInteger entered = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    Random random = new Random(7);
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        Locks door = thread % 2 == 0 ? locks : others;
        all.add(
            executor.submit(() -> {
              while (!over.get()) {
                Optional<Lease> lease =
                    door.acquire(LockRequest.of(name, "x", TTL), Duration.ofSeconds(30));
                try (Lease held = lease.orElseThrow()) {
                  if (inside.incrementAndGet() > 1) {
                    together.incrementAndGet();
                  }
                  entered.incrementAndGet();
                  Thread.yield();
                  inside.decrementAndGet();
                  assertThat(held.name()).isEqualTo(name);
                }
              }
              return null;
            }));
      }
      boolean on = true;
      for (int flip = 0; flip < FLIPS; flip++) {
        on = !on;
        flag(here, on);
        awaitMore(entered, random.nextInt(30));
        flag(there, on);
        awaitMore(entered, random.nextInt(30));
        if (flip % 2 == 0) {
          settle();
          awaitMore(entered, 30);
        }
      }
      over.set(true);
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(together.get()).isZero();
  }

  private static void awaitMore(AtomicInteger count, int more) {
    int wanted = count.get() + more;
    await().atMost(Duration.ofMinutes(1)).until(() -> count.get() >= wanted);
  }
}
