package io.skein.postgres;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The part of a pool that is for what Redis answers when it is well: three fifths of the
 * connections, shared by all features, so that the rest is there for writes whatever falls upon
 * PostgreSQL. Not to be entered by who is in it already. Thread safe.
 */
public final class FallbackBulkhead {
  private static final double SHARE = 0.6;
  private static final long WAIT_MILLIS = 100;

  private final int places;
  private final Semaphore free;
  private final LongAdder refusals = new LongAdder();

  FallbackBulkhead(int poolSize) {
    this.places = Math.max(1, (int) (poolSize * SHARE));
    this.free = new Semaphore(places, true);
  }

  /** What holds at most one connection of the pool at a time. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object, X extends Exception> {
    T run() throws X;
  }

  /**
   * Does the work for somebody who waits for an answer, and had better try again than wait long.
   *
   * @throws FallbackBusyException when no place became free within 100 ms
   * @throws X what the work throws
   */
  public <T extends @Nullable Object, X extends Exception> T call(Work<T, X> work) throws X {
    if (!entered()) {
      refusals.increment();
      throw new FallbackBusyException(places);
    }
    return leaving(work);
  }

  /**
   * Does the work when its turn comes, for a delivery that nobody can be told to ask for again; how
   * many of these there are at once is the caller's to bound.
   *
   * @throws X what the work throws
   */
  public <T extends @Nullable Object, X extends Exception> T callInTurn(Work<T, X> work) throws X {
    free.acquireUninterruptibly();
    return leaving(work);
  }

  /** How many connections this may use at once. */
  public int places() {
    return places;
  }

  /** How many it uses now. */
  public int taken() {
    return places - free.availablePermits();
  }

  /** How often somebody was told to try again. */
  public long refusals() {
    return refusals.sum();
  }

  private <T extends @Nullable Object, X extends Exception> T leaving(Work<T, X> work) throws X {
    try {
      return work.run();
    } finally {
      free.release();
    }
  }

  private boolean entered() {
    try {
      return free.tryAcquire(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
