package io.skein.locks;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

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
  private final Fence fence;
  private final LongSupplier nanoTime;
  private final Consumer<Lease> onRelease;
  private final ReentrantLock turn = new ReentrantLock();
  private final long renewUntil;
  private volatile State state = State.HELD;

  /**
   * By this process's monotonic clock, counted from before the request was sent: never too late.
   */
  private volatile long expiresAt;

  private volatile LeaseStore store;

  Lease(
      Claim claim,
      Fence fence,
      LeaseStore store,
      long askedAt,
      long renewUntil,
      LongSupplier nanoTime,
      Consumer<Lease> onRelease) {
    this.claim = claim;
    this.fence = fence;
    this.store = store;
    this.renewUntil = renewUntil;
    this.nanoTime = nanoTime;
    this.onRelease = onRelease;
    this.expiresAt = askedAt + claim.ttl().toNanos();
  }

  public LockName name() {
    return claim.name();
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
    return fence;
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
    onRelease.accept(this);
  }

  @Override
  public void close() {
    release();
  }

  String holder() {
    return claim.holder();
  }

  Claim claim() {
    return claim;
  }

  LeaseStore store() {
    return store;
  }

  /**
   * Prolongs the lease in the store that is active now, which takes it over when the other one
   * granted it.
   *
   * @return whether it makes sense to renew again
   */
  boolean renew(LeaseStore active) {
    turn.lock();
    try {
      long askedAt = nanoTime.getAsLong();
      if (!held() || askedAt - renewUntil >= 0) {
        return false;
      }
      if (!active.renew(claim, fence)) {
        state = State.LOST;
        return false;
      }
      store = active;
      expiresAt = askedAt + claim.ttl().toNanos();
      return true;
    } finally {
      turn.unlock();
    }
  }
}
