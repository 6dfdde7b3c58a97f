package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for a lock is served in the order of arrival, wherever the queue is kept. */
@Timeout(180)
abstract class WaitingContract extends StoreFixture {
  private static final int CONTENDERS = 64;
  private static final int TURNS = 3;
  private static final Duration AMPLE = Duration.ofMinutes(1);

  WaitingContract(Where where) {
    super(where);
  }

  @Test
  void aPlaceInTheQueueIsKeptAndNobodyComesBetween() {
    Claim holder = claim(TTL);
    Claim first = claimOf(holder.name(), TTL);
    Claim second = claimOf(holder.name(), TTL);
    Claim passing = claimOf(holder.name(), TTL);
    var unused = take(holder);
    assertThat(store.acquireInTurn(first)).isEqualTo(new Answer.Refused(0));
    assertThat(store.acquireInTurn(second)).isEqualTo(new Answer.Refused(1));
    assertThat(store.acquireInTurn(first)).isEqualTo(new Answer.Refused(0));
    assertThat(store.release(holder)).as("of the same process").contains(first.owner());
    assertThat(granted(store.acquire(passing))).isFalse();
    assertThat(granted(store.acquireInTurn(second))).isFalse();
    assertThat(granted(store.acquireInTurn(first))).isTrue();
    assertThat(store.release(first)).contains(second.owner());
    assertThat(granted(store.acquireInTurn(second))).isTrue();
    assertThat(store.release(second)).isEmpty();
    assertThat(granted(store.acquire(passing))).isTrue();
    store.release(passing);
  }

  @Test
  void whoGivesUpLeavesItsPlaceAndTellsTheNext() {
    Claim holder = claim(TTL);
    Claim first = claimOf(holder.name(), TTL);
    Claim second = claimOf(holder.name(), TTL);
    var unused = take(holder);
    store.acquireInTurn(first);
    store.acquireInTurn(second);
    store.release(holder);
    assertThat(store.release(first)).contains(second.owner());
    assertThat(granted(store.acquireInTurn(second))).isTrue();
    store.release(second);
  }

  @Test
  void aWaiterThatDiedHoldsUpTheOthersForItsPatienceOnly() throws Exception {
    LockName mine = freshName();
    Lease lease = locks.tryAcquire(LockRequest.of(mine, "holder", TTL)).orElseThrow();
    store.acquireInTurn(claimOf(mine, TTL)); // and is never heard of again
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Lease>> waiting =
          executor.submit(() ->
              others.acquire(
                  LockRequest.of(mine, "next", TTL), LeaseStore.PATIENCE.multipliedBy(3)));
      lease.release();
      waiting.get().orElseThrow().release();
    }
  }

  @Test
  void aWaitThatWasInVainLeavesNoPlaceBehind() throws Exception {
    Stalls.repeatIfStalled(() -> {
      LockName mine = freshName();
      try (Lease lease = locks.tryAcquire(LockRequest.of(mine, "holder", TTL)).orElseThrow()) {
        assertThat(others.acquire(LockRequest.of(mine, "short", TTL), Duration.ofMillis(30)))
            .isEmpty();
        assertThat(lease.held()).isTrue();
      }
      await()
          .atMost(LeaseStore.PATIENCE.dividedBy(2))
          .until(() -> locks.tryAcquire(LockRequest.of(mine, "passing", TTL)), Optional::isPresent)
          .orElseThrow()
          .release();
    });
  }

  /** Each comes back at once for its next turn, as those do who starve others. */
  @Test
  void ofManyNobodyIsOvertakenByAnotherTwice() throws Exception {
    LockName mine = freshName();
    List<Integer> served = new ArrayList<>();
    AtomicIntegerArray turns = new AtomicIntegerArray(CONTENDERS);
    LockRequest closed = LockRequest.of(mine, "gate", TTL).withMaximumHold(AMPLE);
    Lease gate = locks.tryAcquire(closed).orElseThrow();
    try (ExecutorService executor = Executors.newFixedThreadPool(CONTENDERS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int contender = 0; contender < CONTENDERS; contender++) {
        int me = contender;
        Locks door = contender % 2 == 0 ? locks : others;
        all.add(
            executor.submit(() -> {
              for (int turn = 0; turn < TURNS; turn++) {
                LockRequest request = LockRequest.of(mine, "contender " + me, TTL);
                try (Lease lease = acquired(door, request)) {
                  assertThat(lease.held()).isTrue();
                  served.add(me);
                  turns.incrementAndGet(me);
                }
              }
              return null;
            }));
      }
      await()
          .atMost(AMPLE)
          .until(() -> locks.awaited().size() + others.awaited().size() == CONTENDERS);
      // All have asked once, and have their places, before the first is served.
      await().atMost(AMPLE).until(() -> queueIsFull(mine));
      gate.release();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(served).hasSize(CONTENDERS * TURNS);
    for (int contender = 0; contender < CONTENDERS; contender++) {
      assertThat(turns.get(contender)).isEqualTo(TURNS);
      // Its first turn came before anybody had a third.
      int first = served.indexOf(contender);
      assertThat(served.subList(0, first))
          .as("before %s", contender)
          .allSatisfy(other -> {
            assertThat(served.subList(0, first).stream().filter(other::equals).count())
                .isLessThanOrEqualTo(2);
          });
    }
  }

  private boolean queueIsFull(LockName name) {
    Claim last = claimOf(name, TTL);
    boolean full =
        store.acquireInTurn(last) instanceof Answer.Refused refused
            && refused.ahead() >= CONTENDERS;
    store.release(last);
    return full;
  }
}
