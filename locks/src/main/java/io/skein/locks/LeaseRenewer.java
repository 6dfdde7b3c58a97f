package io.skein.locks;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Renews every lease of this process at a third of its time to live, says which are lost, and
 * repeats releases that a store did not answer until the lease has ended by itself. One thread
 * keeps the time, virtual threads ask the stores. A lease that is released before its first renewal
 * costs that thread nothing. Thread safe.
 */
final class LeaseRenewer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);
  private static final Duration RELEASE_AGAIN = Duration.ofMillis(200);

  /** Nothing is due: longer than any lease lives, and no overflow away from now. */
  private static final long NEVER = Duration.ofDays(10_000).toNanos();

  private final Supplier<List<LeaseStore>> active;
  private final Waiters waiters;
  private final LockCounts counts;
  private final LongSupplier nanoTime;
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private final Thread clock;
  private volatile long looksAt;
  private volatile boolean stopped;

  LeaseRenewer(
      Supplier<List<LeaseStore>> active,
      Waiters waiters,
      LockCounts counts,
      LongSupplier nanoTime) {
    this.active = active;
    this.waiters = waiters;
    this.counts = counts;
    this.nanoTime = nanoTime;
    this.looksAt = nanoTime.getAsLong() + NEVER;
    this.clock = Thread.ofPlatform().name("skein-lease-renewer").daemon().start(this::run);
  }

  /** What changed while the lease was asked for is made up for: the stores, or the end of all. */
  void add(Lease lease) {
    leases.add(lease);
    if (stopped) {
      lease.release();
    } else if (!active.get().equals(lease.stores())) {
      lease.dueAt(nanoTime.getAsLong());
    }
    lookBy(lease.due());
  }

  /** Gives the lease back; its caller does not wait for stores that are not asked at present. */
  void release(Lease lease) {
    leases.remove(lease);
    List<LeaseStore> asked = active.get();
    for (LeaseStore store : lease.traces()) {
      if (asked.contains(store)) {
        release(store, lease.claim());
      } else {
        releaseAside(store, lease.claim());
      }
    }
  }

  /** Releases what the claim may hold in this store, now or as soon as the store answers. */
  void release(LeaseStore store, Claim claim) {
    long end = nanoTime.getAsLong() + claim.ttl().toNanos();
    if (!answered(claim, () -> store.release(claim), Level.WARN)) {
      start(() -> {
        do {
          LockSupport.parkNanos(RELEASE_AGAIN.toNanos());
        } while (nanoTime.getAsLong() - end < 0
            && !answered(claim, () -> store.release(claim), Level.DEBUG));
      });
    }
  }

  /** {@link #release(LeaseStore, Claim)} on a thread of its own. */
  void releaseAside(LeaseStore store, Claim claim) {
    start(() -> release(store, claim));
  }

  /** Renews all now: the stores may be others from now on. Does not block. */
  void renewAll() {
    long now = nanoTime.getAsLong();
    leases.forEach(lease -> lease.dueAt(now));
    lookBy(now);
  }

  List<HeldLock> held() {
    return leases.stream().filter(Lease::held).map(Lease::describe).toList();
  }

  int size() {
    return leases.size();
  }

  /** Gives every lease back, all at once: a store that hangs holds it up for one call only. */
  @Override
  public void close() {
    stopped = true; // first: what is added from now on is given back by whoever adds it
    try (ExecutorService releases = Executors.newVirtualThreadPerTaskExecutor()) {
      leases.forEach(lease -> releases.execute(lease::release));
    }
    LockSupport.unpark(clock);
  }

  /** The thread sleeps at least until {@link #looksAt}; only what is due before wakes it. */
  private void lookBy(long moment) {
    if (moment - looksAt < 0) {
      LockSupport.unpark(clock);
    }
  }

  private void run() {
    while (!stopped) {
      // Whoever adds a lease from here on wakes this thread, so that none is overlooked.
      looksAt = nanoTime.getAsLong() + NEVER;
      long next = looksAt;
      for (Lease lease : leases) {
        long now = nanoTime.getAsLong();
        if (lease.due() - now <= 0) {
          // Next when it ends, should the store hang until then.
          lease.dueAt(lease.held() ? lease.expiresAt() : now + NEVER);
          start(() -> renew(lease));
        }
        if (lease.due() - next < 0) {
          next = lease.due();
        }
      }
      looksAt = next;
      LockSupport.parkNanos(this, next - nanoTime.getAsLong());
    }
  }

  private void renew(Lease lease) {
    List<LeaseStore> asked = active.get();
    Optional<LossReason> loss = Optional.empty();
    try {
      Claim claim = lease.claim();
      loss = lease.renew(asked, store -> answered(claim, () -> store.leave(claim), Level.WARN));
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("lock", lease.name())
          .setCause(e)
          .log("cannot renew a lease; trying again until it ends");
      lease.renewAgain();
    }
    if (loss.isPresent()) {
      lose(lease, loss.get());
    } else if (lease.ended()) {
      giveBack(lease); // it ended while a store was asked, which may have it now
    }
    if (!active.get().equals(asked)) {
      lease.dueAt(nanoTime.getAsLong()); // they have changed meanwhile
    }
    lookBy(lease.due());
  }

  private void lose(Lease lease, LossReason reason) {
    if (!lease.lose()) {
      return;
    }
    leases.remove(lease);
    counts.lost.increment();
    giveBack(lease); // one store may have taken it over before the other refused it
    LOG.atWarn()
        .addKeyValue("lock", lease.name())
        .addKeyValue("holder", lease.claim().holder())
        .addKeyValue("reason", reason)
        .log("a lease ends before its release");
    try {
      lease.onLost().lost(lease, reason);
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("lock", lease.name())
          .setCause(e)
          .log("a listener of a lost lease failed");
    }
  }

  private void giveBack(Lease lease) {
    lease.traces().forEach(store -> releaseAside(store, lease.claim()));
  }

  /**
   * Whether the store has been told; whose turn it is there now is woken.
   *
   * @param level of a failure that is not an outage: once it has been told, the log need not repeat
   *     it
   */
  private boolean answered(Claim claim, Supplier<Optional<String>> release, Level level) {
    try {
      release.get().ifPresent(waiters::wake);
      return true;
    } catch (RuntimeException e) {
      boolean away = e instanceof RedisAwayException || e instanceof ConnectionException;
      LOG.atLevel(away ? Level.DEBUG : level)
          .addKeyValue("lock", claim.name())
          .setCause(e)
          .log("cannot release a lock; trying again until its lease ends");
      return false;
    }
  }

  private static void start(Runnable work) {
    Thread.ofVirtual().name("skein-lease").start(work);
  }
}
