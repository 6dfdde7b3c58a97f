package io.skein.sse;

import io.skein.events.EventBus;
import io.skein.events.EventId;
import io.skein.events.FeedHead;
import io.skein.events.FeedPosition;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StreamId;
import io.skein.postgres.Identifiers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private final FeedFlows feedFlows;
  private final Engagements engagements;
  private final SseSettings settings;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Hubs<StreamId, Sequence> flows = new Hubs<>();
  private final Hubs<String, FeedPosition> feeds = new Hubs<>();
  private final ServedStreams served;
  private final Aside aside = new Aside();
  private final LongAdder refused = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private volatile boolean draining;

  /** A broker for a service without engagements. */
  public SseBroker(EventBus bus, SnapshotSource snapshots, SseSettings settings) {
    this(bus, snapshots, FeedFlows.WITHOUT_ENGAGEMENTS, settings);
  }

  /** A broker with jitter by chance. */
  public SseBroker(
      EventBus bus, SnapshotSource snapshots, FeedFlows feedFlows, SseSettings settings) {
    this(
        bus,
        snapshots,
        feedFlows,
        settings,
        () -> ThreadLocalRandom.current().nextLong(),
        InstantSource.system());
  }

  /**
   * @param random for every jitter; must be thread safe
   * @param clock says since when somebody watches
   */
  public SseBroker(
      EventBus bus,
      SnapshotSource snapshots,
      FeedFlows feedFlows,
      SseSettings settings,
      RandomGenerator random,
      InstantSource clock) {
    this.bus = bus;
    this.snapshots = snapshots;
    this.feedFlows = feedFlows;
    this.engagements = new Engagements(feedFlows);
    this.settings = settings;
    this.random = random;
    this.clock = clock;
    this.served = new ServedStreams(settings);
  }

  /**
   * Decides how a client's stream begins. Without a last event id it begins with the first event of
   * the flow; after a valid one it goes on; any other one (garbage, of another epoch, beyond the
   * last event) resets the client to the present state.
   *
   * @param lastEventId what the client sent, header before query
   * @return empty when there is no such stream
   */
  public Optional<SseStream> open(
      Viewer viewer, StreamId stream, EventFilter filter, @Nullable String lastEventId) {
    if (draining || served.full(viewer)) {
      return Optional.of(refuse());
    }
    try {
      return bus.feed()
          .position(stream)
          .map(position -> begin(viewer, stream, position, filter, lastEventId));
    } catch (RuntimeException e) {
      // Any status but 200 would end the client's EventSource for good.
      LOG.warn("a stream of events could not be opened; its client comes again", e);
      return Optional.of(refuse());
    }
  }

  /** {@link #open} for a client that wants every event, in a service without users. */
  public Optional<SseStream> open(StreamId stream, @Nullable String lastEventId) {
    return open(Viewer.UNKNOWN, stream, EventFilter.ALL, lastEventId);
  }

  /**
   * Decides how a stream over a tenant's feed begins: of chosen flows, or of all in the viewer's
   * engagement. Without a last event id it begins with the first event; after a valid one it goes
   * on; any other one (garbage, of another epoch, beyond the last event, behind which something was
   * removed) resets the client to the present state. It has no end.
   *
   * @param viewer must have a tenant
   * @param chosen flows that the viewer may see; empty for all of the engagement
   * @param lastEventId what the client sent, header before query
   */
  public SseStream openFeed(
      Viewer viewer, Set<StreamId> chosen, EventFilter filter, @Nullable String lastEventId) {
    if (viewer.tenant().isEmpty()) {
      throw new IllegalArgumentException("a feed belongs to a tenant, and the viewer has none");
    }
    if (draining || served.full(viewer)) {
      return refuse();
    }
    try {
      FeedHead head = bus.tenantFeed().head(viewer.tenant());
      return beginFeed(viewer, chosen, head, filter, lastEventId);
    } catch (RuntimeException e) {
      LOG.warn("a stream of a feed could not be opened; its client comes again", e);
      return refuse();
    }
  }

  private SseStream beginFeed(
      Viewer viewer,
      Set<StreamId> chosen,
      FeedHead head,
      EventFilter filter,
      @Nullable String lastEventId) {
    Optional<FeedPosition> known = known(lastEventId, head);
    Source<FeedPosition> source =
        new FeedSource(
            viewer, chosen, bus.tenantFeed(), feedFlows, engagements, settings, feeds, head);
    Serving.Begin<FeedPosition> begin =
        new Serving.Begin<>(
            new Source.Present<>(head.epoch(), head.top()),
            known.orElse(head.top()),
            known.isEmpty());
    String engagement = feedFlows == FeedFlows.WITHOUT_ENGAGEMENTS ? null : viewer.engagement();
    Wanted wanted = new Wanted(filter, engagement, source.flows());
    return SseStream.served(
        this, settings, viewer, new Serving<>(source, begin, wanted, settings, aside, delivered));
  }

  private static Optional<FeedPosition> known(@Nullable String lastEventId, FeedHead head) {
    Optional<FeedPosition> place =
        lastEventId == null || lastEventId.isEmpty()
            ? Optional.of(FeedPosition.START)
            : FeedId.parse(lastEventId)
                .filter(id -> id.epoch().equals(head.epoch()))
                .map(FeedId::place);
    return place.filter(head::continues);
  }

  /** A stream that only tells the client to come again. */
  public SseStream refuse() {
    refused.increment();
    return SseStream.refused(this, settings);
  }

  private SseStream begin(
      Viewer viewer,
      StreamId stream,
      Position position,
      EventFilter filter,
      @Nullable String lastEventId) {
    boolean fresh = lastEventId == null || lastEventId.isEmpty();
    Optional<Sequence> known = known(lastEventId, position);
    if (!fresh && position.closed() && known.filter(position.last()::equals).isPresent()) {
      return SseStream.finished(this, settings);
    }
    Source<Sequence> source = new FlowSource(stream, bus, snapshots, settings, flows, position);
    Serving.Begin<Sequence> begin =
        new Serving.Begin<>(
            new Source.Present<>(position.epoch(), position.last()),
            known.orElse(position.last()),
            known.isEmpty());
    return SseStream.served(
        this,
        settings,
        viewer,
        new Serving<>(source, begin, Wanted.of(filter), settings, aside, delivered));
  }

  /** The event that the client has; empty when its id means nothing here. */
  private static Optional<Sequence> known(@Nullable String lastEventId, Position position) {
    if (lastEventId == null || lastEventId.isEmpty()) {
      return Optional.of(Sequence.START);
    }
    return EventId.parse(lastEventId)
        .filter(id -> id.epoch().equals(position.epoch()))
        .map(EventId::sequence)
        .filter(sequence -> sequence.compareTo(position.last()) <= 0);
  }

  /** Streams being served. */
  public int connections() {
    return served.size();
  }

  /** Flows, and feeds of tenants, that somebody here watches. */
  public int hubs() {
    return flows.size() + feeds.size();
  }

  /** How many frames (events, progress, positions of events left out) were written to clients. */
  public long delivered() {
    return delivered.sum();
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
    List<SseStream> leaving = served.streams();
    long pause = leaving.isEmpty() ? 0 : window.toNanos() / leaving.size();
    for (SseStream stream : leaving) {
      stream.end(StreamEnd.DRAINED);
      LockSupport.parkNanos(pause);
      if (Thread.interrupted()) {
        throw new InterruptedException("drain was interrupted");
      }
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (served.size() > 0 && System.nanoTime() < deadline) {
      served.streams().forEach(stream -> stream.end(StreamEnd.DRAINED));
      Thread.sleep(10);
    }
  }

  /** Counts a stream among those that are served, unless there are too many. */
  boolean admit(SseStream stream, Viewer viewer, Set<StreamId> flows) {
    Connection connection =
        new Connection(Identifiers.next().toString(), viewer, flows, clock.instant());
    boolean admitted = !draining && served.admit(stream, connection);
    if (!admitted) {
      refused.increment();
    }
    return admitted;
  }

  void dismiss(SseStream stream) {
    served.dismiss(stream);
  }

  ServedStreams served() {
    return served;
  }

  /** A duration that is longer or shorter by at most this share. */
  Duration jittered(Duration duration, double share) {
    double factor = 1 + share * (2 * random.nextDouble() - 1);
    return Duration.ofNanos(Math.round(duration.toNanos() * factor));
  }
}
