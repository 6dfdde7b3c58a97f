package io.skein.events;

import static java.util.Objects.requireNonNull;

import io.skein.postgres.Database;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of all streams of a tenant in one order: that of each stream, and between streams that
 * of their commits as the placer saw them. Redis only wakes; every entry is read from PostgreSQL,
 * once for all subscriptions of a tenant that are at the same place. Thread safe.
 */
public final class TenantFeed {
  private static final Logger LOG = LoggerFactory.getLogger(TenantFeed.class);

  /** So that many subscriptions that fall behind at once leave the fallback to others. */
  private static final int READS_AT_ONCE = 4;

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

  private final Database database;
  private final RedisTail tail;
  private final PlacedSignals signals;
  private final EventSettings settings;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore reads = new Semaphore(READS_AT_ONCE);
  private final Map<String, TenantWatch> watched = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  TenantFeed(Database database, RedisTail tail, PlacedSignals signals, EventSettings settings) {
    this.database = database;
    this.tail = tail;
    this.signals = signals;
    this.settings = settings;
  }

  /**
   * A page of a feed.
   *
   * @param head what the feed held right after the entries were read
   * @param entries in order, after the place that was asked for
   */
  record Page(FeedHead head, List<FeedEntry> entries) {}

  void start() {
    threads.execute(this::compareFromTimeToTime);
  }

  void stop() throws InterruptedException {
    stopped = true;
    threads.shutdownNow();
    threads.awaitTermination(5, TimeUnit.SECONDS);
  }

  /** What a tenant's feed holds by PostgreSQL; one without events is at the start. */
  public FeedHead head(String tenant) {
    return requireNonNull(
        database.read(handle -> FeedRows.heads(handle, List.of(tenant))).get(tenant));
  }

  /**
   * Reads entries from PostgreSQL that may be shown to clients: Redis answers no state that is
   * older than they are.
   *
   * @param after the place before the first one wanted
   * @param limit the most to answer
   * @return in order, fewer than {@code limit} when they are large; empty only at the end
   */
  public List<FeedEntry> read(String tenant, FeedPosition after, int limit) {
    return read(tenant, Set.of(), after, limit, EventRows.PAGE_BYTES);
  }

  /**
   * The same of some streams, without reading the others, for who keeps them for long.
   *
   * @param streams empty for all
   * @param bytes of payloads beyond which the page takes no further entry; it has at least one
   */
  public List<FeedEntry> read(
      String tenant, Set<StreamId> streams, FeedPosition after, int limit, long bytes) {
    reads.acquireUninterruptibly();
    try {
      FeedRows.Part all = FeedRows.Part.all(tenant);
      List<FeedEntry> entries =
          database
              .fallback()
              .callInTurn(() ->
                  database.read(
                      handle -> FeedRows.read(handle, all, streams, after, limit, bytes)));
      raiseVersions(entries);
      return entries;
    } finally {
      reads.release();
    }
  }

  /**
   * Begins to deliver the entries after a place: those that exist, then those to come.
   *
   * @param after the last one that the listener knows, in the present epoch
   */
  public FeedSubscription subscribe(String tenant, FeedPosition after, FeedListener listener) {
    return subscribe(new FeedSubscription(tenant, null, after, listener, this));
  }

  /**
   * The same for a listener that knows the entries of a certain epoch. When it has been renewed
   * since, the listener is reset first.
   */
  public FeedSubscription subscribe(
      String tenant, Epoch epoch, FeedPosition after, FeedListener listener) {
    return subscribe(new FeedSubscription(tenant, epoch, after, listener, this));
  }

  private FeedSubscription subscribe(FeedSubscription subscription) {
    String tenant = subscription.tenant();
    watched.compute(
        tenant,
        (name, present) -> {
          TenantWatch watch = present == null ? new TenantWatch(name, this, signals) : present;
          watch.add(subscription);
          return watch;
        });
    subscription.catchUpSoon();
    return subscription;
  }

  /** Lets the tenant's reader serve a subscription; false when it has not come as far yet. */
  boolean join(FeedSubscription subscription, Epoch epoch, FeedPosition place) {
    TenantWatch watch = watched.get(subscription.tenant());
    return watch == null || watch.join(subscription, epoch, place);
  }

  void forget(FeedSubscription subscription) {
    watched.computeIfPresent(
        subscription.tenant(),
        (name, watch) -> {
          if (!watch.remove(subscription)) {
            return watch;
          }
          watch.end();
          return null;
        });
  }

  /**
   * The head is read after the entries, so that it tells what was removed before they were read.
   */
  Page page(String tenant, FeedPosition after, int limit) {
    List<FeedEntry> entries = read(tenant, after, limit);
    return new Page(head(tenant), entries);
  }

  void execute(Runnable work) {
    if (!stopped) {
      threads.execute(work);
    }
  }

  boolean stopped() {
    return stopped;
  }

  void pauseAfterFailure() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sees to it that Redis answers no state that is older than these entries. */
  void raiseVersions(List<FeedEntry> entries) {
    if (entries.isEmpty() || !tail.reachable()) {
      return;
    }
    Map<StreamId, Position> positions = new HashMap<>();
    for (FeedEntry entry : entries) {
      StoredEvent event = entry.event();
      positions.put(
          event.stream(),
          new Position(event.id().epoch(), event.sequence(), event.stateVersion(), false));
    }
    try {
      tail.raiseVersions(positions);
    } catch (RedisAwayException e) {
      LOG.debug("versions could not be raised", e);
    }
  }

  /** The loss of a feed's last message shows only here; cut off from Redis this is the delivery. */
  private void compareFromTimeToTime() {
    Duration interval =
        Collections.min(List.of(settings.fallbackInterval(), settings.redisCheckInterval()));
    long comparedAt = System.nanoTime();
    while (!stopped) {
      try {
        Thread.sleep(interval);
        Duration age = Duration.ofNanos(System.nanoTime() - comparedAt);
        if (!signals.live() || age.compareTo(settings.redisCheckInterval()) >= 0) {
          resynchronise();
          comparedAt = System.nanoTime();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Compares all feeds that somebody follows with PostgreSQL. */
  private void resynchronise() {
    try {
      compare();
    } catch (Throwable e) {
      LOG.warn("the heads of the feeds could not be compared; it is tried again", e);
    }
  }

  /** Compares all feeds that somebody follows with PostgreSQL now; never blocks. */
  void resynchroniseSoon() {
    execute(this::resynchronise);
  }

  private void compare() {
    List<String> tenants = List.copyOf(watched.keySet());
    if (!tenants.isEmpty()) {
      database
          .fallback()
          .callInTurn(() -> database.read(handle -> FeedRows.heads(handle, tenants)))
          .forEach((tenant, head) -> {
            TenantWatch watch = watched.get(tenant);
            if (watch != null) {
              watch.compare(head);
            }
          });
    }
  }
}
