package io.skein.locks;

import io.skein.redis.RedisAwayException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
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

  private final Claim claim;
  private final LostLeaseListener onLost;
  private final Answer.Granted grant;
  private final LongSupplier nanoTime;
  private final LeaseRenewer renewer;
  private final ReentrantLock turn = new ReentrantLock();
  private final long renewUntil;
  private volatile State state = State.HELD;

  /**
   * By this process's monotonic clock, counted from before the request was sent: never too late.
   */
  private volatile long expiresAt;

  /** When the renewer looks after it next. */
  private volatile long due;

  private volatile List<LeaseStore> stores;

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
    if (state == State.RELEASED) {
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
    return state == State.HELD && nanoTime.getAsLong() - expiresAt < 0;
  }

  /**
   * Gives the lock back; the handle is spent. Waits for a renewal under way, does nothing the
   * second time, and never throws: what cannot be told to the store ends with the time to live.
   */
  public void release() {
    turn.lock();
    try {
      if (state == State.RELEASED) {
        return;
      }
      state = State.RELEASED;
    } finally {
      turn.unlock();
    }
    renewer.release(this);
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

  HeldLock describe() {
    return new HeldLock(
        claim.name(),
        claim.holder(),
        grant.since(),
        stores.stream().map(LeaseStore::label).collect(Collectors.toSet()));
  }

  long due() {
    return due;
  }

  void dueAt(long moment) {
    due = moment;
  }

  /** Ends a lease that was not released; false when it was, or had ended before. */
  boolean lose() {
    turn.lock();
    try {
      if (state != State.HELD) {
        return false;
      }
      state = State.LOST;
      return true;
    } finally {
      turn.unlock();
    }
  }

  /** What a look at the lease came to. */
  sealed interface Look {
    /** Goes on; these stores hold it no more and are to be told. */
    record Renewed(List<LeaseStore> left) implements Look {}

    record Lost(LossReason reason) implements Look {}

    /** Past its maximum hold, or released: there is nothing to do but wait for its end. */
    record Ending() implements Look {}
  }

  /**
   * Prolongs the lease in the stores that are active now. They take it over when others granted it;
   * all of them must agree, but of two the second need not answer.
   */
  Look renew(List<LeaseStore> active) {
    turn.lock();
    try {
      long askedAt = nanoTime.getAsLong();
      if (state != State.HELD) {
        return new Look.Ending();
      }
      if (askedAt - expiresAt >= 0) {
        return new Look.Lost(
            askedAt - renewUntil >= 0 ? LossReason.HELD_TOO_LONG : LossReason.EXPIRED);
      }
      if (askedAt - renewUntil >= 0) {
        due = expiresAt;
        return new Look.Ending();
      }
      if (!renewIn(active)) {
        return new Look.Lost(LossReason.REFUSED);
      }
      List<LeaseStore> left = stores.stream().filter(store -> !active.contains(store)).toList();
      stores = active;
      expiresAt = askedAt + claim.ttl().toNanos();
      due = dueAfter(askedAt);
      return new Look.Renewed(left);
    } finally {
      turn.unlock();
    }
  }

  private boolean renewIn(List<LeaseStore> active) {
    boolean first = true;
    for (LeaseStore store : active) {
      try {
        if (!store.renew(claim, grant)) {
          return false;
        }
      } catch (RedisAwayException e) {
        if (first) {
          throw e;
        }
      }
      first = false;
    }
    return true;
  }

  /** When it is to be renewed that was asked for at this moment. */
  private long dueAfter(long askedAt) {
    long third = askedAt + claim.ttl().toNanos() / 3;
    return third - renewUntil < 0 ? third : expiresAt;
  }

  /** Sooner than a third: the store did not answer, or another one is to take over. */
  void renewAgain() {
    long soon = nanoTime.getAsLong() + claim.ttl().toNanos() / 6;
    due = soon - expiresAt < 0 ? soon : expiresAt;
  }
}
