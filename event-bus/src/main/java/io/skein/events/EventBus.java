package io.skein.events;

import io.skein.postgres.Database;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisConnections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the event bus of one process, wired and running. The migrations of {@code
 * postgres-core} and {@code event-bus} must have been applied. Each part is thread safe, is always
 * the same one and may be kept; none is of use after {@link #close}. What asks PostgreSQL throws
 * the unchecked exceptions of JDBI when it does not answer.
 */
public final class EventBus implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

  private final FeatureGate gate;
  private final FeatureGate.Listener gateChange = this::gateChanged;
  private final Relay relay;
  private final Journal journal;
  private final Sweep sweep;
  private final RedisFeedConnection connection;
  private final EventFeed feed;
  private final EventQueries queries;
  private final FeedPlacer placer;
  private final TenantFeed tenantFeed;
  private final ConsumerGroups groups;
  private final AgentProgress progress;
  private final EpochNews epochs = new EpochNews();

  private EventBus(
      Database database,
      RedisConnections redis,
      String instance,
      EventSettings settings,
      Consumer<StreamId> beforeRepair) {
    this.gate = redis.gate(Feature.EVENT_BUS);
    RedisTail tail = new RedisTail(redis, settings);
    this.relay = new Relay(tail, database, settings);
    this.placer = new FeedPlacer(database, redis, instance, settings);
    this.journal = new Journal(database, this::committed);
    this.sweep =
        new Sweep(
            database, tail, new RedisSweepMarks(redis), relay, instance, settings, beforeRepair);
    this.connection = new RedisFeedConnection(redis);
    this.feed =
        new EventFeed(
            journal,
            tail,
            connection,
            redis.keys(),
            database.fallback(),
            new EpochWatch(database, journal, epochs),
            settings);
    this.queries = new EventQueries(database, feed);
    PlacedSignals placed = new PlacedSignals(connection, redis.keys());
    this.tenantFeed = new TenantFeed(database, tail, placed, settings);
    this.groups = new ConsumerGroups(database, tenantFeed, placed, instance, settings);
    this.progress = new AgentProgress(new RedisAgentStates(redis));
  }

  /**
   * Starts all parts. PostgreSQL must answer; Redis may be away.
   *
   * @param database stays the caller's: closed after the bus
   * @param redis likewise
   * @param instance this process's unique name
   * @throws org.jdbi.v3.core.JdbiException when PostgreSQL does not answer, or was not migrated
   */
  public static EventBus start(
      Database database, RedisConnections redis, String instance, EventSettings settings) {
    return start(database, redis, instance, settings, stream -> {});
  }

  /**
   * The same for tests.
   *
   * @param beforeRepair hears of each tail that the sweep is about to repair
   */
  static EventBus start(
      Database database,
      RedisConnections redis,
      String instance,
      EventSettings settings,
      Consumer<StreamId> beforeRepair) {
    EventBus bus = new EventBus(database, redis, instance, settings, beforeRepair);
    Epoch epoch = bus.journal.confirmEpoch();
    bus.epochs.tell(epoch);
    bus.relay.start();
    bus.sweep.start();
    bus.placer.start();
    bus.connection.start();
    bus.feed.start();
    bus.tenantFeed.start();
    bus.progress.start();
    bus.gate.onChange(bus.gateChange);
    LOG.atInfo()
        .addKeyValue("epoch", epoch)
        .addKeyValue("instance", instance)
        .log("event bus started");
    return bus;
  }

  /** Opens, appends to, closes and reads streams; appending is part of the caller's transaction. */
  public Journal journal() {
    return journal;
  }

  /** Subscribes to single streams: each event once, in the order of its sequence, then live. */
  public EventFeed feed() {
    return feed;
  }

  /** Looks things up in a stream's history: newest first, by type, phase and time, in pages. */
  public EventQueries queries() {
    return queries;
  }

  /** The events of all streams of a tenant in one order, by position and sequence. */
  public TenantFeed tenantFeed() {
    return tenantFeed;
  }

  /** Groups of consumers that process every event of a tenant once to effect. */
  public ConsumerGroups groups() {
    return groups;
  }

  /** Gives events their positions in the feeds of tenants; says how many it has placed. */
  public FeedPlacer placer() {
    return placer;
  }

  /** What each agent of a flow does now, in percent; no history, and lost with Redis. */
  public AgentProgress progress() {
    return progress;
  }

  /** Brings this process's events to Redis; says in batches what became of them. */
  public Relay relay() {
    return relay;
  }

  /** Repairs what no relay brought to Redis; says when caches know of all that was committed. */
  public Sweep sweep() {
    return sweep;
  }

  /**
   * Tells a listener of PostgreSQL's epoch (ms since 1970), at once and whenever it is another one.
   * It is noticed within a second. The listener runs on a thread of the bus and must not block.
   */
  public void onEpoch(LongConsumer listener) {
    epochs.listen(listener);
  }

  /** Stops all parts; what waits for the relay is relayed first. Does not close its connections. */
  @Override
  public void close() {
    gate.forget(gateChange);
    boolean interrupted = false;
    for (Stop part :
        List.<Stop>of(
            progress::stop,
            tenantFeed::stop,
            feed::stop,
            connection::stop,
            placer::stop,
            sweep::stop,
            relay::stop)) {
      try {
        part.stop();
      } catch (InterruptedException e) {
        interrupted = true; // the others are to be stopped all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was written while the gate was closed is in no tail, and nobody heard of it. */
  private void gateChanged(FeatureMode mode) {
    if (mode == FeatureMode.REDIS) {
      sweep.soon();
      feed.resynchronise();
      tenantFeed.resynchroniseSoon();
    }
  }

  private void committed(CommittedBatch batch) {
    relay.handOver(batch);
    if (!batch.events().isEmpty()) {
      placer.soon();
    }
  }

  @FunctionalInterface
  private interface Stop {
    void stop() throws InterruptedException;
  }
}
