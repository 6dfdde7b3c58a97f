package io.skein.events;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscriptions of this process to one tenant's feed, and the one reader for those that have
 * come as far as it. A subscription that is behind reads by itself and joins when it has caught up.
 * Thread safe.
 */
final class TenantWatch {
  static final int PAGE = 500;
  private static final Logger LOG = LoggerFactory.getLogger(TenantWatch.class);

  private final String tenant;
  private final TenantFeed feed;
  private final List<FeedSubscription> subscriptions = new CopyOnWriteArrayList<>();
  private final PlacedSignals.Listening listening;
  private final ReentrantLock lock = new ReentrantLock();

  /** How far the reader has come, in which epoch; none while nobody has joined it. */
  private @Nullable Reached reached;

  private boolean asked;
  private boolean reading;

  private record Reached(Epoch epoch, FeedPosition place) {}

  TenantWatch(String tenant, TenantFeed feed, PlacedSignals signals) {
    this.tenant = tenant;
    this.feed = feed;
    this.listening = signals.listen(tenant, this::readOn);
  }

  /** Listens no more. */
  void end() {
    listening.close();
  }

  void add(FeedSubscription subscription) {
    subscriptions.add(subscription);
  }

  /** Whether it was the last one. */
  boolean remove(FeedSubscription subscription) {
    subscriptions.remove(subscription);
    return subscriptions.isEmpty();
  }

  /**
   * Lets a subscription be served by the reader, if it has come as far.
   *
   * @return false when it is still behind
   */
  boolean join(FeedSubscription subscription, Epoch epoch, FeedPosition place) {
    lock.lock();
    try {
      if (reached == null || subscriptions.stream().noneMatch(FeedSubscription::joined)) {
        reached = new Reached(epoch, place);
      }
      boolean asFar = reached.epoch().equals(epoch) && place.compareTo(reached.place()) >= 0;
      if (asFar) {
        subscription.joins();
      }
      readOn(); // what was told while nobody listened; or that the epoch is another one
      return asFar;
    } finally {
      lock.unlock();
    }
  }

  /** There may be entries beyond those that were read. */
  void readOn() {
    lock.lock();
    try {
      asked = true;
      if (!reading) {
        reading = true;
        feed.execute(this::read);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What PostgreSQL says about the feed. */
  void compare(FeedHead head) {
    lock.lock();
    try {
      if (reached == null || !reached.equals(new Reached(head.epoch(), head.top()))) {
        readOn();
      }
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    while (stillAsked()) {
      try {
        readToTheEnd();
      } catch (Throwable e) {
        if (!feed.stopped()) {
          LOG.warn("a tenant's feed could not be read; it is tried again", e);
          feed.pauseAfterFailure();
          readOn();
        }
      }
    }
  }

  private boolean stillAsked() {
    lock.lock();
    try {
      reading = asked && !feed.stopped();
      asked = false;
      return reading;
    } finally {
      lock.unlock();
    }
  }

  private void readToTheEnd() {
    Reached from = reached();
    while (from != null && !feed.stopped()) {
      TenantFeed.Page page = feed.page(tenant, from.place(), PAGE);
      if (!page.head().epoch().equals(from.epoch()) || !page.head().continues(from.place())) {
        dismissAll();
        return;
      }
      if (page.entries().isEmpty()) {
        return;
      }
      tell(from, page.entries());
      from = reached();
    }
  }

  private @Nullable Reached reached() {
    lock.lock();
    try {
      return subscriptions.stream().anyMatch(FeedSubscription::joined) ? reached : null;
    } finally {
      lock.unlock();
    }
  }

  /** Who joins from now on has come as far as the end of these entries. */
  private void tell(Reached from, List<FeedEntry> entries) {
    List<FeedSubscription> joined;
    lock.lock();
    try {
      if (!from.equals(reached)) {
        return; // all left while it was read, and others began elsewhere
      }
      reached = new Reached(from.epoch(), entries.getLast().place());
      joined = subscriptions.stream().filter(FeedSubscription::joined).toList();
    } finally {
      lock.unlock();
    }
    joined.forEach(subscription -> subscription.heard(entries));
  }

  /** The feed does not go on from here: each subscription finds out for itself what it has lost. */
  private void dismissAll() {
    lock.lock();
    try {
      reached = null;
    } finally {
      lock.unlock();
    }
    subscriptions.forEach(FeedSubscription::catchUpSoon);
  }
}
