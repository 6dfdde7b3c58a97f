package io.skein.locks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The threads of this process that wait for locks. Thread safe. */
final class Waiters {
  private final Map<String, Waiter> byOwner = new ConcurrentHashMap<>();
  private final LongSupplier nanoTime;

  Waiters(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** One of them: to be closed when it has waited enough. */
  final class Waiter implements AutoCloseable {
    private final Claim claim;
    private final Semaphore signals = new Semaphore(0);
    private volatile long since;

    /** It has been refused once, and does not ask for the first time only. */
    private volatile boolean waits;

    private Waiter(Claim claim) {
      this.claim = claim;
    }

    /**
     * Waits for a signal, at most this long. Signals that came together count as one.
     *
     * @param begin when the wait began, of which this may be a part
     */
    void await(long atMostNanos, long begin) throws InterruptedException {
      since = begin;
      waits = true;
      if (signals.tryAcquire(atMostNanos, TimeUnit.NANOSECONDS)) {
        signals.drainPermits();
      }
    }

    @Override
    public void close() {
      byOwner.remove(claim.owner());
    }
  }

  Waiter add(Claim claim) {
    Waiter waiter = new Waiter(claim);
    byOwner.put(claim.owner(), waiter);
    return waiter;
  }

  /** Tells an owner that it is its turn; one that is not here has waited enough. */
  void wake(String owner) {
    Waiter waiter = byOwner.get(owner);
    if (waiter != null) {
      waiter.signals.release();
    }
  }

  /** Has everybody ask again: what was told so far may have gone unheard. */
  void wakeAll() {
    byOwner.values().forEach(waiter -> waiter.signals.release());
  }

  int size() {
    return list().size();
  }

  List<AwaitedLock> list() {
    long now = nanoTime.getAsLong();
    return byOwner.values().stream()
        .filter(waiter -> waiter.waits)
        .map(waiter ->
            new AwaitedLock(
                waiter.claim.name(), waiter.claim.holder(), Duration.ofNanos(now - waiter.since)))
        .toList();
  }
}
