package io.skein.events;

import io.skein.postgres.FallbackBulkhead;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisAwayException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live events for listeners of this process: pushed through Redis, filled and compared from
 * PostgreSQL. Each subscription gets every event once and in order, whatever Redis loses. Thread
 * safe.
 */
public final class EventFeed {
  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

  private static final long PAUSE_AFTER_FAILURE_MILLIS = 500;

  private final Journal journal;
  private final RedisTail tail;
  private final ShowableHistory history;
  private final RedisFeedConnection connection;
  private final KeySpace keys;
  private final FallbackBulkhead fallback;
  private final PositionChecks checks;
  private final ExecutorService catchUps = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<StreamId, List<StreamSubscription>> watched = new ConcurrentHashMap<>();
  private final Set<StreamId> toCompare = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean comparing = new AtomicBoolean();
  private volatile boolean stopped;

  EventFeed(
      Journal journal,
      RedisTail tail,
      RedisFeedConnection connection,
      KeySpace keys,
      FallbackBulkhead fallback,
      EpochWatch epoch,
      EventSettings settings) {
    this.journal = journal;
    this.tail = tail;
    this.history = new ShowableHistory(journal, tail, fallback);
    this.connection = connection;
    this.keys = keys;
    this.fallback = fallback;
    this.checks = new PositionChecks(this, epoch, settings);
  }

  /**
   * A page of the journal.
   *
   * @param position how far the stream had come before the page was read; empty when there is none
   * @param events none beyond that position
   */
  public record Page(Optional<Position> position, List<StoredEvent> events) {}

  void start() {
    checks.start();
  }

  void stop() throws InterruptedException {
    stopped = true;
    checks.stop();
    watched.values().forEach(subscriptions -> subscriptions.forEach(StreamSubscription::close));
    catchUps.shutdownNow();
  }

  /**
   * Begins to deliver the events after a sequence: those that exist, then those to come.
   *
   * @param after the last one that the listener knows, in the present epoch
   */
  public Subscription subscribe(StreamId stream, Sequence after, EventListener listener) {
    return subscribe(new StreamSubscription(stream, null, after, listener, this));
  }

  /**
   * The same for a listener that knows the events of a certain epoch. When it has been renewed
   * since, the listener is reset first.
   */
  public Subscription subscribe(
      StreamId stream, Epoch epoch, Sequence after, EventListener listener) {
    return subscribe(new StreamSubscription(stream, epoch, after, listener, this));
  }

  private Subscription subscribe(StreamSubscription subscription) {
    StreamId stream = subscription.stream();
    watched.compute(
        stream,
        (id, present) -> {
          List<StreamSubscription> all = present == null ? new CopyOnWriteArrayList<>() : present;
          all.add(subscription);
          if (present == null) {
            connection.subscribe(channel(id), new FlowChannel(id, this));
          }
          return all;
        });
    subscription.askPostgres();
    compareSoon(stream); // what was published before the channel was heard
    return subscription;
  }

  /**
   * How far a stream has come by PostgreSQL, after seeing to it that nobody is answered with an
   * older state from Redis: what lies up to here may be shown to clients.
   *
   * @return empty when there is no such stream
   */
  public Optional<Position> position(StreamId stream) {
    return history.position(stream);
  }

  /** Whether events are pushed through Redis; if not, PostgreSQL is polled. */
  public boolean live() {
    return connection.live();
  }

  void forget(StreamSubscription subscription) {
    StreamId stream = subscription.stream();
    watched.computeIfPresent(
        stream,
        (id, present) -> {
          present.remove(subscription);
          if (!present.isEmpty()) {
            return present;
          }
          connection.unsubscribe(channel(id));
          return null;
        });
  }

  void execute(Runnable catchUp) {
    if (!stopped) {
      catchUps.execute(catchUp);
    }
  }

  void pauseAfterFailure() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing when Redis is away: PostgreSQL will be asked. */
  List<StoredEvent> readTail(StreamId stream, EventId after, int limit) {
    if (!tail.open()) {
      return List.of();
    }
    try {
      return tail.read(stream, after, limit);
    } catch (RedisAwayException e) {
      LOG.debug("a tail could not be read", e);
      return List.of();
    }
  }

  /**
   * Reads events from PostgreSQL that may be shown to clients: Redis answers no state that is older
   * than they are.
   *
   * @param after the sequence before the first one wanted
   * @param limit the most to answer; fewer when they are large
   */
  public Page read(StreamId stream, Sequence after, int limit) {
    return history.read(stream, after, limit);
  }

  /** Compares all subscriptions with PostgreSQL, with one query. */
  void compareWithPostgres() {
    if (!watched.isEmpty()) {
      compare(List.copyOf(watched.keySet()));
    }
  }

  /** Compares all subscriptions with PostgreSQL now; never blocks. */
  void resynchronise() {
    watched.keySet().forEach(this::compareSoon);
  }

  /** Compares all subscriptions with the tails in Redis, in one round trip. */
  void compareWithRedis() {
    Map<StreamId, Epoch> epochs = new HashMap<>();
    watched.forEach((stream, subscriptions) ->
        subscriptions.stream()
            .flatMap(subscription -> subscription.epoch().stream())
            .findFirst()
            .ifPresent(epoch -> epochs.put(stream, epoch)));
    if (!epochs.isEmpty() && tail.open()) {
      tail.positions(epochs)
          .forEach((stream, position) ->
              subscriptions(stream).forEach(subscription -> subscription.compare(position)));
    }
  }

  private void compare(Collection<StreamId> streams) {
    Map<StreamId, Position> positions = fallback.callInTurn(() -> journal.positions(streams));
    for (StreamId stream : streams) {
      Optional<Position> position = Optional.ofNullable(positions.get(stream));
      subscriptions(stream).forEach(subscription -> subscription.compare(position));
    }
  }

  /** PostgreSQL says less than it has said in this epoch. */
  void lostCommits(Epoch lost) {
    journal.renewEpoch(lost);
  }

  /** Those of this process. */
  Collection<StreamSubscription> subscriptions(StreamId stream) {
    return watched.getOrDefault(stream, List.of());
  }

  /**
   * Compares a stream with PostgreSQL, together with all others that want it at the moment: after a
   * reconnection these are all.
   */
  void compareSoon(StreamId stream) {
    toCompare.add(stream);
    if (comparing.compareAndSet(false, true)) {
      execute(this::compareWaiting);
    }
  }

  private void compareWaiting() {
    while (!toCompare.isEmpty() && !stopped) {
      List<StreamId> streams = List.copyOf(toCompare);
      streams.forEach(toCompare::remove);
      try {
        compare(streams);
      } catch (Throwable e) {
        LOG.warn("subscriptions could not be compared with PostgreSQL; it is tried again", e);
        toCompare.addAll(streams);
        pauseAfterFailure();
      }
    }
    comparing.set(false);
    if (!toCompare.isEmpty() && comparing.compareAndSet(false, true)) {
      execute(this::compareWaiting);
    }
  }

  private String channel(StreamId stream) {
    return keys.flowUpdates(stream.value());
  }
}
