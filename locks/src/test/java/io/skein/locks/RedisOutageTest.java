package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisAwayException;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/** Leases over the loss and return of Redis. */
@Tag("long")
class RedisOutageTest {
  private static final Duration TTL = Duration.ofSeconds(3);
  private static final Duration HOLD = Duration.ofMinutes(1);
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration BUDGET = Duration.ofMillis(250);

  /** Below the connections of the pool, of which the probe wants one. */
  private static final int CALLERS = 12;

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private RedisServer server;
  private Stores stores;
  private Locks locks;
  private Locks others;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    stores = Stores.open(server.url());
    stores.awaitRedis();
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
  void aLeaseSurvivesAFlushAndFencesStillGrow() throws Exception {
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
    server.flush();
    await().until(() -> isInRedis(name));
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    Fence before = lease.fence();
    lease.release();
    server.flush();
    try (Lease next = others.tryAcquire(LockRequest.of(name, "other", TTL)).orElseThrow()) {
      assertThat(next.fence()).isGreaterThan(before);
    }
  }

  @Test
  void aLeaseMovesToPostgresqlAndBack() throws Exception {
    Duration ttl = TTL.multipliedBy(3);
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", ttl)).orElseThrow();
    server.kill();
    PostgresLeases rows = new PostgresLeases(stores.database());
    await().atMost(ttl).until(() -> rows.holder(name).isPresent());
    assertThat(lease.held()).isTrue();
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    assertThat(others.holder(name).map(LockHolder::holder)).contains("holder");

    server.start();
    await().atMost(AMPLE).until(() -> isInRedis(name) && rows.holder(name).isEmpty());
    assertThat(lease.held()).isTrue();
    lease.release();
    assertThat(others.holder(name)).isEmpty();
  }

  @Test
  void ofTwoHoldersTheFirstRenewalLeavesOne() throws Exception {
    for (int attempt = 1; !oneOfTwoIsLeft(); attempt++) {
      assertThat(attempt).as("attempts of a machine that is too slow").isLessThan(10);
    }
  }

  /** False when this process saw Redis again before another one had the lock there. */
  private boolean oneOfTwoIsLeft() throws Exception {
    server.kill();
    await().until(() -> !stores.redis().health().available());
    Lease inPostgres = locks.tryAcquire(LockRequest.of(name, "before", TTL)).orElseThrow();
    server.start();
    // As a process does that has not seen it away.
    RedisLeases keys = new RedisLeases(stores.redis());
    Claim after = new Claim(name, "another:1", "after", HOLD);
    await()
        .ignoreExceptions()
        .until(() ->
            keys.acquire(after) instanceof Answer.Granted || stores.redis().health().available());
    boolean inTime = !stores.redis().health().available();
    if (inTime) {
      assertThat(inPostgres.held()).isTrue();
      await().atMost(AMPLE).until(() -> !inPostgres.held());
      assertThat(keys.holder(name).map(LockHolder::holder)).contains("after");
    }
    inPostgres.release();
    keys.release(after);
    return inTime;
  }

  /** Too short for Redis to be given up, and longer than a call waits for it. */
  @ParameterizedTest
  @ValueSource(ints = {300, 400})
  void aPauseOfRedisDoesNotGrantAHeldLockAgain(int millis) throws Exception {
    for (int attempt = 1; !excludedInAPause(millis); attempt++) {
      assertThat(attempt).as("attempts of a machine that does not thaw in time").isLessThan(10);
      await().until(() -> stores.redis().health().available());
    }
  }

  /** False when the pause was longer than it should have been: it was an outage. */
  private boolean excludedInAPause(int millis) throws Exception {
    try (Stores there = stores.another();
        Locks foreign = new Locks(there.redis(), there.database(), HOLD);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<FeatureMode> modes = new CopyOnWriteArrayList<>();
      there.redis().gate(Feature.LOCKS).onChange(modes::add);
      Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
      server.freeze();
      CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(server::thaw);
      Future<Optional<Lease>> waiting =
          executor.submit(
              () -> foreign.acquire(LockRequest.of(name, "waiter", TTL), Duration.ofSeconds(1)));
      Optional<Lease> other = foreign.tryAcquire(LockRequest.of(name, "other", TTL));
      Optional<Lease> waited = waiting.get();
      if (modes.isEmpty()) {
        assertThat(other).isEmpty();
        assertThat(waited).isEmpty();
        assertThat(lease.held()).isTrue();
      }
      other.ifPresent(Lease::release);
      waited.ifPresent(Lease::release);
      lease.release();
      foreign.acquire(LockRequest.of(name, "next", TTL), TTL).orElseThrow().release();
      return modes.isEmpty();
    }
  }

  /** Before the others ask Redis alone, which they do as soon as everybody has followed. */
  @Test
  void aPauseOfRedisWhileItIsSwitchedOnLeavesNoLeaseBehind() {
    FeatureGate gate = stores.redis().gate(Feature.LOCKS);
    Stalls.repeatIfStalled(() -> {
      LockName mine = new LockName(name + ":" + UUID.randomUUID());
      gate.enable(false);
      await().until(() -> !locks.stores().redisIsAsked());
      LockRequest request = LockRequest.of(mine, "holder", Duration.ofMinutes(1));
      try (Lease lease = locks.tryAcquire(request).orElseThrow()) {
        server.freeze();
        CompletableFuture<Void> thawed =
            CompletableFuture.runAsync(
                server::thaw, CompletableFuture.delayedExecutor(350, TimeUnit.MILLISECONDS));
        gate.enable(true);
        try {
          await().atMost(ActiveStores.SETTLING).until(() -> isInRedis(mine));
        } finally {
          thawed.join();
        }
        assertThat(others.tryAcquire(LockRequest.of(mine, "other", TTL))).isEmpty();
        assertThat(lease.held()).isTrue();
      }
    });
  }

  private boolean isInRedis(LockName one) {
    try {
      return new RedisLeases(stores.redis()).holder(one).isPresent();
    } catch (RedisAwayException e) {
      return false;
    }
  }

  @Test
  void anOpenBreakerDoesNotGrantWhatOthersHoldInRedis() {
    try (Stores there = stores.another();
        Locks foreign = new Locks(there.redis(), there.database(), HOLD)) {
      Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
      openBreaker(there);
      assertThat(foreign.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
      lease.release();
      openBreaker(there);
      Lease theirs = foreign.tryAcquire(LockRequest.of(name, "other", TTL)).orElseThrow();
      assertThat(locks.tryAcquire(LockRequest.of(name, "again", TTL))).isEmpty();
      theirs.release();
      locks.tryAcquire(LockRequest.of(name, "again", TTL)).orElseThrow().release();
    }
  }

  private static void openBreaker(Stores stores) {
    FeatureGate gate = stores.redis().gate(Feature.LOCKS);
    while (gate.mode() != FeatureMode.BREAKER_OPEN) {
      assertThatThrownBy(() ->
              gate.call(
                  "failing",
                  () -> {
                    throw new JedisDataException("ERR");
                  }))
          .isInstanceOf(RedisAwayException.class);
    }
  }

  /** It is nobody's, and would keep everybody out for ever. */
  @Test
  void whatIsNoLockInItsKeyIsReplaced() {
    KeySpace keys = stores.redis().keys();
    stores.redis().jedis().set(keys.lock(name.value()), "garbage");
    stores.redis().jedis().set(keys.lockWaiters(name.value()), "garbage");
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
    assertThat(new RedisLeases(stores.redis()).holder(name)).isPresent();
    stores.redis().jedis().set(keys.lockFence(name.value()), "1");
    stores.redis().jedis().set(keys.lockWaitersSeen(name.value()), "garbage");
    stores.redis().jedis().zadd(keys.lockWaiters(name.value()), 1, "somebody");
    assertThat(others.tryAcquire(LockRequest.of(name, "other", TTL))).isEmpty();
    lease.release();
  }

  /** The time to live is longer than the test looks. */
  @Test
  void aFrozenRedisIsGivenUpAndNoLockIsLeftBehindThere() {
    server.freeze();
    LockRequest request = LockRequest.of(name, "holder", Duration.ofMinutes(5));
    // None, for as long as it is not known whether Redis is away.
    Lease lease =
        await()
            .atMost(AMPLE)
            .until(() -> locks.tryAcquire(request), Optional::isPresent)
            .orElseThrow();
    assertThat(new PostgresLeases(stores.database()).holder(name)).isPresent();
    lease.release();
    server.thaw();
    RedisLeases keys = new RedisLeases(stores.redis());
    await().atMost(AMPLE).until(() -> stores.redis().health().available());
    await()
        .atMost(AMPLE)
        .ignoreException(RedisAwayException.class)
        .until(() -> keys.holder(name).isEmpty());
  }

  /** What is measured beyond the budget is a busy machine's; a second call would be 250 ms more. */
  @Test
  void noThreadWaitsForAFrozenRedisLongerThanItsBudget() throws Exception {
    Stalls.repeatIfStalled(() -> {
      await().until(() -> stores.redis().health().available());
      try (ExecutorService executor = Executors.newFixedThreadPool(CALLERS)) {
        timeCallsToAFrozenRedis(new LockName(name + ":" + UUID.randomUUID()), executor);
      }
    });
  }

  private void timeCallsToAFrozenRedis(LockName mine, ExecutorService executor) throws Exception {
    RedisLeases keys = new RedisLeases(stores.redis());
    Claim claim = locks.newClaim(LockRequest.of(mine, "caller", TTL));
    LeaseStore rows = new PostgresLeases(stores.database());
    rows.release(claim); // opens a connection
    assertThat(inParallel(executor, () -> keys.holder(mine))).hasSize(CALLERS);
    server.freeze();
    try {
      assertThat(timed(() -> locks.tryAcquire(LockRequest.of(mine, "caller", TTL))))
          .isBetween(BUDGET, ActiveStores.VERDICT.plus(BUDGET.multipliedBy(2)));
      List<Callable<?>> calls =
          List.of(
              () -> keys.acquire(claim),
              () -> keys.acquireInTurn(claim),
              () -> keys.release(claim),
              () -> keys.holder(mine));
      for (Callable<?> call : calls) {
        assertThat(inParallel(executor, () -> swallowed(call)))
            .allSatisfy(time -> assertThat(time).isLessThan(BUDGET.multipliedBy(2)));
      }
    } finally {
      server.thaw();
    }
  }

  /** How long each of many callers took. */
  private static List<Duration> inParallel(ExecutorService executor, Callable<?> call)
      throws Exception {
    List<Future<Duration>> all = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      all.add(executor.submit(() -> timed(call)));
    }
    List<Duration> took = new ArrayList<>();
    for (Future<Duration> one : all) {
      took.add(one.get());
    }
    return took;
  }

  private static boolean swallowed(Callable<?> call) throws Exception {
    try {
      var unused = call.call();
      return false;
    } catch (RedisAwayException e) {
      return true;
    }
  }

  @Test
  void aWaiterIsServedThoughEveryNotificationIsLost() throws Exception {
    // It is not renewed meanwhile, or it would have the lock again.
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", HOLD)).orElseThrow();
    LockRequest inVain = LockRequest.of(name, "in vain", TTL);
    assertThat(others.acquire(inVain, Duration.ofMillis(30))).isEmpty();
    await().until(this::turnsAreHeard); // or the beginning of it would have the waiter ask again
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Lease>> waiting =
          executor.submit(
              () -> others.acquire(LockRequest.of(name, "waiter", TTL), Duration.ofSeconds(30)));
      await().until(() -> others.awaited().size() == 1);
      // As if it had been released and nobody told: no message, no signal in the process.
      stores.redis().jedis().del(stores.redis().keys().lock(name.value()));
      waiting.get(10, TimeUnit.SECONDS).orElseThrow().release();
    }
    lease.release();
  }

  private boolean turnsAreHeard() {
    String channels = stores.redis().keys().lockTurns("*");
    Object heard =
        stores.redis().jedis().sendCommand(Protocol.Command.PUBSUB, "CHANNELS", channels);
    return heard instanceof List<?> some && !some.isEmpty();
  }

  /** After the flush the lock is free for Redis; the waiters have it before its holder renews. */
  @Test
  void waitersSurviveAFlushAndCutSubscriptions() throws Exception {
    Lease lease = locks.tryAcquire(LockRequest.of(name, "holder", TTL)).orElseThrow();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<Lease>>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        waiting.add(
            executor.submit(() -> {
              Optional<Lease> mine =
                  others.acquire(LockRequest.of(name, "waiter", TTL), Duration.ofSeconds(30));
              mine.ifPresent(Lease::release);
              return mine;
            }));
      }
      await().until(() -> others.awaited().size() == waiting.size());
      server.flush();
      stores.redis().jedis().sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "pubsub");
      lease.release();
      for (Future<Optional<Lease>> one : waiting) {
        assertThat(one.get()).isPresent();
      }
    }
  }

  private static Duration timed(Callable<?> call) throws Exception {
    long begin = System.nanoTime();
    var unused = call.call();
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
