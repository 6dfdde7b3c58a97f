package io.skein.locks;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews every lease of this process at a third of its time to live, and repeats releases that a
 * store did not answer until the lease has ended by itself. One thread keeps the time, virtual
 * threads ask the stores.
 */
final class LeaseRenewer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);
  private static final Duration RELEASE_AGAIN = Duration.ofMillis(200);

  private final Supplier<LeaseStore> active;
  private final LongSupplier nanoTime;
  private final ScheduledThreadPoolExecutor clock;
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();

  LeaseRenewer(Supplier<LeaseStore> active, LongSupplier nanoTime) {
    this.active = active;
    this.nanoTime = nanoTime;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("skein-lease-renewer").daemon().factory());
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void add(Lease lease) {
    leases.add(lease);
    renewLater(lease);
  }

  void release(Lease lease) {
    leases.remove(lease);
    release(lease.store(), lease.claim());
  }

  /** Releases what the claim may hold in this store, now or as soon as the store answers. */
  void release(LeaseStore store, Claim claim) {
    releaseUntil(store, claim, nanoTime.getAsLong() + claim.ttl().toNanos());
  }

  /** Gives every lease back. */
  @Override
  public void close() {
    for (Lease lease : leases) {
      lease.release();
    }
    clock.shutdown();
  }

  private void renewLater(Lease lease) {
    later(lease.claim().ttl().dividedBy(3), () -> renew(lease));
  }

  private void renew(Lease lease) {
    LeaseStore before = lease.store();
    try {
      if (!lease.renew(active.get())) {
        retire(lease);
        return;
      }
      if (lease.store() != before) {
        release(before, lease.claim());
      }
    } catch (RuntimeException e) {
      LOG.warn("cannot renew the lease of {}; trying again until it ends", lease.name(), e);
    }
    renewLater(lease);
  }

  private void retire(Lease lease) {
    if (leases.remove(lease)) {
      LOG.warn("the lease of {} by {} ends before its release", lease.name(), lease.holder());
    }
  }

  private void releaseUntil(LeaseStore store, Claim claim, long end) {
    try {
      store.release(claim);
    } catch (RuntimeException e) {
      LOG.debug("cannot release {}; trying again until the lease ends", claim.name(), e);
      if (nanoTime.getAsLong() - end < 0) {
        later(RELEASE_AGAIN, () -> releaseUntil(store, claim, end));
      }
    }
  }

  private void later(Duration delay, Runnable work) {
    if (!clock.isShutdown()) {
      clock.schedule(
          () -> Thread.ofVirtual().name("skein-lease").start(work),
          delay.toNanos(),
          TimeUnit.NANOSECONDS);
    }
  }
}
