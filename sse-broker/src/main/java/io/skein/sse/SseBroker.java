package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.EventBus;
import io.skein.events.EventId;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the events of flows to the clients of this instance. Who may see a flow is decided before
 * it is asked. Thread safe.
 */
public final class SseBroker {
  private static final Logger LOG = LoggerFactory.getLogger(SseBroker.class);

  private final EventBus bus;
  private final SnapshotSource snapshots;
  private final SseSettings settings;
  private final RandomGenerator random;
  private final Map<StreamId, Hub> hubs = new ConcurrentHashMap<>();
  private final Set<SseStream> served = ConcurrentHashMap.newKeySet();
  private final LongAdder refused = new LongAdder();
  private volatile boolean draining;

  /** A broker with jitter by chance. */
  public SseBroker(EventBus bus, SnapshotSource snapshots, SseSettings settings) {
    this(bus, snapshots, settings, () -> ThreadLocalRandom.current().nextLong());
  }

  /**
   * @param random for every jitter; must be thread safe
   */
  public SseBroker(
      EventBus bus, SnapshotSource snapshots, SseSettings settings, RandomGenerator random) {
    this.bus = bus;
    this.snapshots = snapshots;
    this.settings = settings;
    this.random = random;
  }

  /**
   * Decides how a client's stream begins. Without a last event id it begins with the first event of
   * the flow; after a valid one it goes on; any other one (garbage, of another epoch, beyond the
   * last event) resets the client to the present state.
   *
   * @param lastEventId what the client sent, header before query
   * @return empty when there is no such stream
   */
  public Optional<SseStream> open(StreamId stream, @Nullable String lastEventId) {
    if (draining || served.size() >= settings.maxConnections()) {
      return Optional.of(refuse(stream));
    }
    try {
      return bus.feed()
          .position(stream)
          .map(position -> new SseStream(this, stream, start(position, lastEventId), settings));
    } catch (RuntimeException e) {
      // Any status but 200 would end the client's EventSource for good.
      LOG.warn("a stream of events could not be opened; its client comes again", e);
      return Optional.of(refuse(stream));
    }
  }

  /** A stream that only tells the client to come again; it shows nothing of the flow. */
  public SseStream refuse(StreamId stream) {
    refused.increment();
    Position nowhere = new Position(new Epoch(0), Sequence.START, 0, false);
    SseStream.Start start =
        new SseStream.Start(SseStream.Start.Kind.REFUSED, nowhere, Sequence.START, false);
    return new SseStream(this, stream, start, settings);
  }

  private static SseStream.Start start(Position position, @Nullable String lastEventId) {
    if (lastEventId == null || lastEventId.isEmpty()) {
      return new SseStream.Start(SseStream.Start.Kind.SERVED, position, Sequence.START, false);
    }
    Optional<Sequence> known =
        EventId.parse(lastEventId)
            .filter(id -> id.epoch().equals(position.epoch()))
            .map(EventId::sequence)
            .filter(sequence -> sequence.compareTo(position.last()) <= 0);
    if (known.isEmpty()) {
      return new SseStream.Start(SseStream.Start.Kind.SERVED, position, position.last(), true);
    }
    boolean finished = position.closed() && known.get().equals(position.last());
    return new SseStream.Start(
        finished ? SseStream.Start.Kind.FINISHED : SseStream.Start.Kind.SERVED,
        position,
        known.get(),
        false);
  }

  /** Streams being served. */
  public int connections() {
    return served.size();
  }

  /** Flows that somebody here watches. */
  public int hubs() {
    return hubs.size();
  }

  /** Clients that were told to come again, since the start. */
  public long refused() {
    return refused.sum();
  }

  /**
   * Ends all streams, spread over the window so that their clients do not connect elsewhere at
   * once, and refuses new ones. Returns when all have ended, at the latest a second after the
   * window.
   */
  public void drain(Duration window) throws InterruptedException {
    draining = true;
    List<SseStream> leaving = List.copyOf(served);
    long pause = leaving.isEmpty() ? 0 : window.toNanos() / leaving.size();
    for (SseStream stream : leaving) {
      stream.end(StreamEnd.DRAINED);
      LockSupport.parkNanos(pause);
      if (Thread.interrupted()) {
        throw new InterruptedException("drain was interrupted");
      }
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (!served.isEmpty() && System.nanoTime() < deadline) {
      served.forEach(stream -> stream.end(StreamEnd.DRAINED));
      Thread.sleep(10);
    }
  }

  Hub join(SseStream watcher, StreamId stream, Position position) {
    served.add(watcher);
    return hubs.compute(
        stream,
        (id, present) -> {
          Hub hub = present;
          if (hub == null) {
            hub = new Hub(position, settings);
            hub.start(bus.feed(), id);
          }
          hub.add(watcher);
          return hub;
        });
  }

  void leave(SseStream watcher, StreamId stream) {
    served.remove(watcher);
    hubs.computeIfPresent(
        stream,
        (id, hub) -> {
          if (!hub.remove(watcher)) {
            return hub;
          }
          hub.close();
          return null;
        });
  }

  Position position(StreamId stream) {
    return bus.feed()
        .position(stream)
        .orElseThrow(() -> new IllegalStateException("stream " + stream + " is gone"));
  }

  List<StoredEvent> page(StreamId stream, Sequence after, int limit) {
    return bus.journal().read(stream, after, limit);
  }

  Snapshot snapshot(StreamId stream) {
    return snapshots.load(stream);
  }

  List<AgentUpdate> progressOf(StreamId stream) {
    return bus.progress().snapshot(stream);
  }

  /** A duration that is longer or shorter by at most this share. */
  Duration jittered(Duration duration, double share) {
    double factor = 1 + share * (2 * random.nextDouble() - 1);
    return Duration.ofNanos(Math.round(duration.toNanos() * factor));
  }
}
