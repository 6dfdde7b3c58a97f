package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.skein.testing.Stalls;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a lock promises, wherever its lease is kept. */
abstract class LocksContract extends StoreFixture {
  LocksContract(Where where) {
    super(where);
  }

  @Test
  void contentionIsAnEmptyAnswerAndNamesTheHolder() throws Exception {
    LockName mine = freshName();
    try (Lease lease =
        locks.tryAcquire(LockRequest.of(mine, "approve by ann", TTL)).orElseThrow()) {
      assertThat(lease.held()).isTrue();
      assertThat(others.tryAcquire(LockRequest.of(mine, "pause by bob", TTL))).isEmpty();
      assertThat(others.holder(mine).map(LockHolder::holder)).contains("approve by ann");
    }
    assertThat(others.holder(mine)).isEmpty();
    others.tryAcquire(LockRequest.of(mine, "pause by bob", TTL)).orElseThrow().release();
  }

  @Test
  void fencesGrowAndAReleasedHandleIsSpent() throws Exception {
    LockName mine = freshName();
    Lease first = locks.tryAcquire(LockRequest.of(mine, "first", TTL)).orElseThrow();
    Fence fence = first.fence();
    first.release();
    first.release();
    assertThat(first.held()).isFalse();
    assertThatThrownBy(first::fence).isInstanceOf(IllegalStateException.class);
    try (Lease second = others.tryAcquire(LockRequest.of(mine, "second", TTL)).orElseThrow()) {
      assertThat(second.fence()).isGreaterThan(fence);
    }
  }

  @Test
  void anAcquireThatRunsTwiceAnswersTheSameFence() {
    Claim claim = claim(TTL);
    Answer.Granted first = take(claim);
    assertThat(store.acquire(claim)).isEqualTo(first);
    assertThat(store.acquireInTurn(claim)).isEqualTo(first);
    store.release(claim);
    store.release(claim);
    assertThat(store.holder(claim.name())).isEmpty();
  }

  @Test
  void aForeignerNeitherRenewsNorReleases() {
    Claim owner = claim(TTL);
    Answer.Granted grant = take(owner);
    Claim foreigner = new Claim(owner.name(), "somebody:else", "mallory", TTL);
    store.release(foreigner);
    Fence higher = new Fence(grant.fence().value() + 1000);
    assertThat(store.renew(foreigner, new Answer.Granted(higher, grant.since()))).isFalse();
    assertThat(store.holder(owner.name()).map(LockHolder::holder)).contains("tester");
    store.release(owner);
  }

  @Test
  void aRenewalThatArrivesAfterTheReleaseDoesNotReviveTheLease() {
    Claim claim = claim(TTL);
    Answer.Granted grant = take(claim);
    store.release(claim);
    assertThat(store.renew(claim, grant)).isFalse();
    assertThat(store.holder(claim.name())).isEmpty();
  }

  @Test
  void aLeaseThatLeftTheStoreMayComeBackUntilAnotherOneHeldTheLock() {
    Claim moving = claim(TTL);
    Answer.Granted grant = take(moving);
    store.leave(moving);
    assertThat(store.holder(moving.name())).isEmpty();
    assertThat(store.renew(moving, grant)).isTrue();
    assertThat(store.holder(moving.name())).isPresent();
    store.leave(moving);
    Claim next = claimOf(moving.name(), TTL);
    var unused = take(next);
    store.release(next);
    assertThat(store.renew(moving, grant)).isFalse();
  }

  @Test
  void anExpiredLeaseIsFreeAndItsLateRenewalIsRefusedOnceAnotherHeldTheLock() {
    Claim frozen = claim(Duration.ofMillis(60));
    Answer.Granted old = take(frozen);
    Claim next = claimOf(frozen.name(), TTL);
    Answer answer = await().until(() -> store.acquire(next), StoreFixture::granted);
    assertThat(((Answer.Granted) answer).fence()).isGreaterThan(old.fence());
    assertThat(store.renew(frozen, old)).isFalse();
    store.release(next);
    assertThat(store.renew(frozen, old)).isFalse();
  }

  @Test
  void aRenewalTakesOverALeaseThatTheStoreNeverHad() {
    Claim moved = claim(TTL);
    Answer.Granted grant =
        new Answer.Granted(new Fence(1_000_000), Instant.parse("2026-01-02T03:04:05.000006Z"));
    assertThat(store.renew(moved, grant)).isTrue();
    assertThat(store.holder(moved.name())).contains(new LockHolder("tester", grant.since()));
    assertThat(store.acquire(moved)).isEqualTo(grant);
    store.release(moved);
  }

  @Test
  void aHeldLeaseOutlivesItsTimeToLiveUntilTheMaximumHold() throws Exception {
    Stalls.repeatIfStalled(() -> {
      LockName mine = freshName();
      Lease lease = locks.tryAcquire(LockRequest.of(mine, "long", SHORT)).orElseThrow();
      long begin = System.nanoTime();
      Duration patience = MAXIMUM_HOLD.plus(SHORT).plusSeconds(5);
      try (Lease next = others.acquire(LockRequest.of(mine, "next", TTL), patience).orElseThrow()) {
        Duration waited = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(next.held()).isTrue();
        assertThat(waited).isGreaterThan(MAXIMUM_HOLD.minus(SHORT));
        assertThat(lease.held()).isFalse();
      }
    });
  }

  @Test
  void aWaiterIsServedAfterTheRelease() throws Exception {
    LockName mine = freshName();
    Lease lease = locks.tryAcquire(LockRequest.of(mine, "first", TTL)).orElseThrow();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Lease>> waiting =
          executor.submit(
              () -> others.acquire(LockRequest.of(mine, "waiter", TTL), Duration.ofSeconds(5)));
      await().until(() -> !others.awaited().isEmpty());
      lease.release();
      waiting.get().orElseThrow().release();
    }
  }

  @Test
  void closingGivesEveryLeaseBack() throws Exception {
    LockName mine = freshName();
    Locks stopping = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
    Lease lease = stopping.tryAcquire(LockRequest.of(mine, "stopping", TTL)).orElseThrow();
    stopping.close();
    assertThat(lease.held()).isFalse();
    assertThat(others.holder(mine)).isEmpty();
  }

  @Test
  void closedLocksGrantNothingAndHoldNobodyUp() throws Exception {
    LockName mine = freshName();
    Lease lease = others.tryAcquire(LockRequest.of(mine, "holder", TTL)).orElseThrow();
    Locks stopping = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Lease>> waiting =
          executor.submit(
              () -> stopping.acquire(LockRequest.of(mine, "waiter", TTL), Duration.ofMinutes(1)));
      await().until(() -> stopping.awaited().size() == 1);
      stopping.close();
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
    }
    lease.release();
    LockRequest late = LockRequest.of(freshName(), "late", TTL);
    assertThat(stopping.tryAcquire(late)).isEmpty();
    assertThat(stopping.withLock(late, Duration.ofSeconds(1), held -> "without the lock"))
        .isEmpty();
  }

  @Test
  void aWaitAndAHoldMayBeWithoutEnd() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    Stalls.repeatIfStalled(() -> {
      LockName mine = freshName();
      LockRequest request = LockRequest.of(mine, "patient", SHORT).withMaximumHold(forever);
      try (Lease lease = locks.acquire(request, forever).orElseThrow()) {
        await().during(SHORT.multipliedBy(2)).until(lease::held);
      }
      assertThat(others.holder(mine)).isEmpty();
    });
  }

  @Test
  void namesAndHoldersAreOfAnyCharacters() {
    for (String name : List.of(" ", "\u0001", "*:?[a]", "'\\\n", "\ud83d\ude00".repeat(100))) {
      LockName odd = new LockName(name);
      Lease lease = locks.tryAcquire(LockRequest.of(odd, "ann\0" + name, TTL)).orElseThrow();
      assertThat(others.tryAcquire(LockRequest.of(odd, "bob", TTL))).as(name).isEmpty();
      assertThat(others.holder(odd).map(LockHolder::holder)).contains("ann " + name);
      lease.release();
    }
  }

  @Test
  void aRequestMayBoundItsOwnHoldAndItsEndIsToldOnce() {
    LockName mine = freshName();
    List<LossReason> told = new CopyOnWriteArrayList<>();
    Lease lease =
        locks
            .tryAcquire(
                LockRequest.of(mine, "short", SHORT)
                    .withMaximumHold(Duration.ofMillis(400))
                    .withOnLost((lost, reason) -> told.add(reason)))
            .orElseThrow();
    await().until(() -> !told.isEmpty());
    assertThat(told).containsExactly(LossReason.HELD_TOO_LONG);
    assertThat(lease.held()).isFalse();
    await().until(() -> others.holder(mine).isEmpty());
    lease.release();
    assertThat(told).hasSize(1);
  }

  @Test
  void whoLostTheLockToAnotherIsToldAtTheNextRenewal() {
    LockName mine = freshName();
    List<LossReason> told = new CopyOnWriteArrayList<>();
    Lease lease =
        locks
            .tryAcquire(
                LockRequest.of(mine, "robbed", Duration.ofSeconds(6))
                    .withOnLost((lost, reason) -> told.add(reason)))
            .orElseThrow();
    store.release(lease.claim()); // as if it had ended there
    Claim robber = claimOf(mine, TTL);
    var unused = take(robber);
    await().until(() -> !told.isEmpty());
    assertThat(told).containsExactly(LossReason.REFUSED);
    assertThat(lease.held()).isFalse();
    lease.release();
    assertThat(store.holder(mine)).as("not its lock any more").isPresent();
    store.release(robber);
  }

  @Test
  void nobodyIsToldOfALeaseThatWasReleased() {
    LockName mine = freshName();
    List<LossReason> told = new CopyOnWriteArrayList<>();
    locks
        .tryAcquire(
            LockRequest.of(mine, "quick", Duration.ofMillis(600))
                .withOnLost((lost, reason) -> told.add(reason)))
        .orElseThrow()
        .release();
    // Another one of the same length ends later, and is told of.
    Lease lease =
        locks
            .tryAcquire(
                LockRequest.of(mine, "slow", Duration.ofMillis(600))
                    .withMaximumHold(Duration.ofMillis(1))
                    .withOnLost((lost, reason) -> told.add(reason)))
            .orElseThrow();
    await().until(() -> !told.isEmpty());
    assertThat(told).containsExactly(LossReason.HELD_TOO_LONG);
    lease.release();
  }

  @Test
  void workIsDoneUnderTheLockOrNotAtAll() throws Exception {
    LockName mine = freshName();
    LockRequest request = LockRequest.of(mine, "work", TTL);
    Optional<Fence> done =
        locks.withLock(
            request,
            Duration.ZERO,
            lease -> {
              assertThat(
                      others.withLock(
                          request,
                          Duration.ofMillis(20),
                          second -> {
                            throw new AssertionError("done by two");
                          }))
                  .isEmpty();
              return lease.fence();
            });
    assertThat(done).isPresent();
    assertThatThrownBy(() ->
            locks.withLock(
                request,
                TTL, // the place of the one who waited is given back aside
                lease -> {
                  throw new IllegalStateException("the work failed");
                }))
        .hasMessage("the work failed");
    assertThat(others.holder(mine)).isEmpty();
  }

  @Test
  void itIsKnownWhoHoldsWhatSinceWhen() throws Exception {
    try (Locks mine = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      LockName name = freshName();
      Lease lease = mine.tryAcquire(LockRequest.of(name, "ann", TTL)).orElseThrow();
      assertThat(mine.held())
          .containsExactly(new HeldLock(name, "ann", lease.since(), Set.of(store.label())));
      assertThat(others.holder(name)).contains(new LockHolder("ann", lease.since()));
      assertThat(lease.since()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));

      Future<Optional<Lease>> bob =
          executor.submit(() -> mine.acquire(LockRequest.of(name, "bob", TTL), TTL));
      await().until(() -> mine.awaited().size() == 1);
      assertThat(mine.awaited().getFirst().holder()).isEqualTo("bob");
      lease.release();
      Lease handedOver = bob.get().orElseThrow();
      assertThat(mine.awaited()).isEmpty();
      assertThat(mine.tryAcquire(LockRequest.of(name, "eve", TTL))).isEmpty();
      handedOver.release();
      assertThat(mine.held()).isEmpty();
      LockStatistics statistics = mine.statistics();
      assertThat(statistics.acquired()).isEqualTo(2);
      assertThat(statistics.waits()).isEqualTo(1);
      assertThat(statistics.handOvers()).isEqualTo(1);
      assertThat(statistics.refusals()).isEqualTo(1);
      assertThat(statistics.lost()).isZero();
      assertThat(statistics.fallbacks()).isEqualTo(where == Where.POSTGRES ? 2 : 0);
      assertThat(statistics.timeWaited()).isPositive().isEqualTo(statistics.longestWait());
    }
  }

  /** The plain counter: lost updates show that two were inside at once. */
  @Test
  void onlyOneIsInside() throws Exception {
    LockName mine = freshName();
    int threads = 16;
    int rounds = 25;
    PlainCounter counter = new PlainCounter();
    List<Long> fences = new ArrayList<>();
    Callable<Integer> work =
        () -> {
          for (int round = 0; round < rounds; round++) {
            Locks door = round % 2 == 0 ? locks : others;
            try (Lease lease = acquired(door, LockRequest.of(mine, "counter", TTL))) {
              fences.add(lease.fence().value());
              counter.increment();
            }
          }
          return rounds;
        };
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(work));
      }
      for (Future<Integer> one : all) {
        one.get();
      }
    }
    assertThat(counter.value).isEqualTo(threads * rounds);
    assertThat(fences).hasSize(threads * rounds).isSorted().doesNotHaveDuplicates();
  }

  /** Without any synchronisation but the lock under test; yields between read and write. */
  private static final class PlainCounter {
    private int value;

    void increment() {
      int read = value;
      Thread.yield();
      value = read + 1;
    }
  }
}
