package io.skein.tasks;

import java.time.Duration;

/**
 * Since when PostgreSQL has been in reach without a gap. After an outage every lease may look
 * expired and every lock free although the workers live; so nobody reaps before the others had one
 * whole lease to come back. A process that was itself asleep counts as cut off. Thread safe.
 */
final class Reach {
  private final long term;
  private long since;
  private long last;

  Reach(Duration lease, long nowNanos) {
    this.term = lease.toNanos();
    this.since = nowNanos;
    this.last = nowNanos;
  }

  synchronized void answered(long nowNanos) {
    if (nowNanos - last > term) {
      since = nowNanos;
    }
    last = nowNanos;
  }

  synchronized void missed(long nowNanos) {
    since = nowNanos;
    last = nowNanos;
  }

  synchronized boolean forWholeLease(long nowNanos) {
    return nowNanos - since >= term && nowNanos - last <= term;
  }
}
