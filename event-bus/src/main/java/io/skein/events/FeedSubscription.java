package io.skein.events;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running subscription to a tenant's feed. It reads by itself until it has come as far as the
 * tenant's reader, joins it, and leaves it when its listener fails. Thread safe.
 */
public final class FeedSubscription implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FeedSubscription.class);

  private final String tenant;
  private final FeedListener listener;
  private final TenantFeed feed;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null is unknown until PostgreSQL was asked first. */
  private @Nullable Epoch epoch;

  private volatile FeedPosition delivered;
  private volatile boolean joined;
  private volatile boolean ended;
  private boolean catchingUp;

  /**
   * @param epoch of what the listener knows; null when that is the present one, whichever it is
   */
  FeedSubscription(
      String tenant,
      @Nullable Epoch epoch,
      FeedPosition after,
      FeedListener listener,
      TenantFeed feed) {
    this.tenant = tenant;
    this.epoch = epoch;
    this.delivered = after;
    this.listener = listener;
    this.feed = feed;
  }

  /** The place of the last entry that the listener has taken. */
  public FeedPosition delivered() {
    return delivered;
  }

  /** Ends it; the listener may still be in its last call. Closing twice changes nothing. */
  @Override
  public void close() {
    ended = true;
    joined = false;
    feed.forget(this);
  }

  String tenant() {
    return tenant;
  }

  /** Whether the tenant's reader serves it. */
  boolean joined() {
    return joined;
  }

  void joins() {
    joined = !ended;
  }

  /** Leaves the reader and reads by itself. */
  void catchUpSoon() {
    lock.lock();
    try {
      joined = false;
      if (!catchingUp && !ended) {
        catchingUp = true;
        feed.execute(this::catchUp);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Entries that the tenant's reader has read; called by one thread at a time. */
  void heard(List<FeedEntry> entries) {
    if (!joined) {
      return;
    }
    Guarded.run(() -> deliver(entries))
        .ifPresent(failure -> {
          LOG.warn("a delivery failed and is repeated", failure);
          catchUpSoon();
        });
  }

  private void catchUp() {
    boolean behind = true;
    while (behind && !ended && !feed.stopped()) {
      try {
        behind = readOn();
      } catch (Throwable e) {
        Guarded.clearInterrupt();
        if (!ended && !feed.stopped()) {
          LOG.warn("a delivery failed and is repeated", e);
          feed.pauseAfterFailure();
        }
      }
    }
  }

  /** Whether it has still not come to the end. */
  private boolean readOn() {
    TenantFeed.Page page = feed.page(tenant, delivered, TenantWatch.PAGE);
    FeedHead head = page.head();
    if ((epoch != null && !epoch.equals(head.epoch())) || !head.continues(delivered)) {
      listener.reset(head);
      epoch = head.epoch();
      delivered = head.top();
      return true;
    }
    epoch = head.epoch();
    if (!page.entries().isEmpty()) {
      deliver(page.entries());
      return true;
    }
    return !join(head.epoch());
  }

  /** From now on the reader's thread delivers; under the lock, so that it can send back at once. */
  private boolean join(Epoch of) {
    lock.lock();
    try {
      catchingUp = !feed.join(this, of, delivered);
      return !catchingUp;
    } finally {
      lock.unlock();
    }
  }

  private void deliver(List<FeedEntry> entries) {
    FeedPosition after = delivered;
    List<FeedEntry> next =
        entries.stream().filter(entry -> entry.place().compareTo(after) > 0).toList();
    if (!next.isEmpty() && !ended) {
      listener.entries(next);
      Guarded.clearInterrupt();
      delivered = next.getLast().place();
    }
  }
}
