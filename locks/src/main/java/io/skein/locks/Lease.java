package io.skein.locks;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A lock that is held, until it is released, lost, or past its maximum hold. Renewed in the
 * background at a third of its time to live. Thread safe.
 */
public final class Lease implements AutoCloseable {
  private enum State {
    HELD,
    LOST,
    RELEASED
  }

  /** Several times within {@link ActiveStores#SETTLING}. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Claim claim;
  private final LostLeaseListener onLost;
  private final Answer.Granted grant;
  private final LongSupplier nanoTime;
  private final LeaseRenewer renewer;

  /** Of a renewal, and of the release, which must know whom the renewal has asked. */
  private final ReentrantLock turn = new ReentrantLock();

  private final long renewUntil;
  private final AtomicReference<State> state = new AtomicReference<>(State.HELD);

  /**
   * By this process's monotonic clock, counted from before the request was sent: never too late.
   */
  private volatile long expiresAt;

  /** When the renewer looks after it next. */
  private volatile long due;

  /** That renewed it last. */
  private volatile List<LeaseStore> stores;

  /** That may have it, whatever they answered: those that were asked and not left since. */
  private volatile Set<LeaseStore> traces;

  /**
   * @param askedAt before the request was sent
   * @param renewUntil when the maximum hold is over
   */
  Lease(
      LockRequest request,
      Claim claim,
      Answer.Granted grant,
      List<LeaseStore> stores,
      long askedAt,
      long renewUntil,
      LongSupplier nanoTime,
      LeaseRenewer renewer) {
    this.claim = claim;
    this.onLost = request.onLost();
    this.grant = grant;
    this.stores = stores;
    this.traces = Set.copyOf(stores);
    this.renewUntil = renewUntil;
    this.nanoTime = nanoTime;
    this.renewer = renewer;
    this.expiresAt = askedAt + claim.ttl().toNanos();
    this.due = dueAfter(askedAt);
  }

  public LockName name() {
    return claim.name();
  }

  /** When the lock was granted, by the clock of the store. */
  public Instant since() {
    return grant.since();
  }

  /**
   * The number to send along to a guarded resource outside PostgreSQL.
   *
   * @throws IllegalStateException after the release: the handle is spent
   */
  public Fence fence() {
    if (state.get() == State.RELEASED) {
      throw new IllegalStateException(
          "the lease of " + claim.name() + " was released; acquire the lock again");
    }
    return grant.fence();
  }

  /**
   * Whether nobody else can have been granted this lock by the same store yet. A true answer is
   * already old when it is read: what must never happen twice needs the fence.
   */
  public boolean held() {
    return !ended() && !expired(nanoTime.getAsLong());
  }

  /**
   * Gives the lock back; the handle is spent. Waits for a renewal under way, does nothing the
   * second time, and never throws: what cannot be told to the store ends with the time to live.
   */
  public void release() {
    if (end(State.RELEASED)) {
      turn.lock();
      try {
        renewer.release(this);
      } finally {
        turn.unlock();
      }
    }
  }

  @Override
  public void close() {
    release();
  }

  Claim claim() {
    return claim;
  }

  LostLeaseListener onLost() {
    return onLost;
  }

  List<LeaseStore> stores() {
    return stores;
  }

  Set<LeaseStore> traces() {
    return traces;
  }

  HeldLock describe() {
    return new HeldLock(
        claim.name(),
        claim.holder(),
        grant.since(),
        stores.stream().map(LeaseStore::label).collect(Collectors.toSet()));
  }

  long expiresAt() {
    return expiresAt;
  }

  long due() {
    return due;
  }

  void dueAt(long moment) {
    due = moment;
  }

  /** Ends a lease that was not released; false when it was, or had ended before. */
  boolean lose() {
    return end(State.LOST);
  }

  /** Whether it was lost or released. */
  boolean ended() {
    return state.get() != State.HELD;
  }

  /** True for the first end, after which the stores are told. Waits for nobody. */
  private boolean end(State end) {
    State before =
        state.getAndUpdate(now -> now == State.HELD || end == State.RELEASED ? end : now);
    return before == State.HELD;
  }

  /**
   * Prolongs the lease in the stores that are active now, all of which must agree; they take it
   * over when others granted it. Then those are left that are not active any more, before anybody
   * can have the lease come back to them.
   *
   * @param leave tells a store; false when it did not answer: it is told again after the next
   *     renewal, or by the release
   * @return why the lease is lost; empty when it goes on, or when there is nothing to do but wait
   *     for its end: it was released, or is past its maximum hold
   */
  Optional<LossReason> renew(List<LeaseStore> active, Predicate<LeaseStore> leave) {
    if (expired(nanoTime.getAsLong())) {
      return loss(); // not in turn: a store may hang in the renewal before this one
    }
    turn.lock();
    try {
      long askedAt = nanoTime.getAsLong();
      if (ended()) {
        return Optional.empty();
      }
      return expired(askedAt) ? loss() : renew(active, leave, askedAt);
    } finally {
      turn.unlock();
    }
  }

  private boolean expired(long now) {
    return now - expiresAt >= 0;
  }

  private Optional<LossReason> loss() {
    return Optional.of(expiresAt - renewUntil >= 0 ? LossReason.HELD_TOO_LONG : LossReason.EXPIRED);
  }

  /** Past its maximum hold it is not prolonged, but goes along for the rest of its time. */
  private Optional<LossReason> renew(
      List<LeaseStore> active, Predicate<LeaseStore> leave, long askedAt) {
    boolean over = askedAt - renewUntil >= 0;
    if (over && active.equals(stores)) {
      due = expiresAt;
      return Optional.empty();
    }
    Claim wanted = over ? claim.living(Duration.ofNanos(expiresAt - askedAt)) : claim;
    Set<LeaseStore> asked = new HashSet<>(traces);
    asked.addAll(active);
    traces = Set.copyOf(asked);
    if (!active.stream().allMatch(store -> store.renew(wanted, grant))) {
      return Optional.of(LossReason.REFUSED);
    }
    stores = active;
    if (!over) {
      expiresAt = askedAt + claim.ttl().toNanos();
    }
    due = dueAfter(askedAt);
    asked.removeIf(store -> !active.contains(store) && leave.test(store));
    traces = Set.copyOf(asked);
    return Optional.empty();
  }

  /** When it is to be renewed that was asked for at this moment. */
  private long dueAfter(long askedAt) {
    long third = askedAt + claim.ttl().toNanos() / 3;
    return third - renewUntil < 0 ? third : expiresAt;
  }

  /**
   * Sooner than a third: the store did not answer. It may be one that is to take over, before the
   * others ask that one alone.
   */
  void renewAgain() {
    long pause = Math.min(claim.ttl().toNanos() / 6, RETRY.toNanos());
    long soon = nanoTime.getAsLong() + pause;
    due = soon - expiresAt < 0 ? soon : expiresAt;
  }
}
