package io.skein.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import io.skein.redis.RedisConnections;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads states of flows: from this process, from Redis, from PostgreSQL. No reader of this instance
 * gets an older state than one that this instance has seen, and nobody's slow load brings an old
 * state back. While Redis is away every read is a load. Thread safe.
 */
public final class StateCache implements AutoCloseable {
  private final RedisConnections redis;
  private final NearCache near;
  private final SeenVersions seen;
  private final RedisVersionFeed feed;
  private final SingleFlight flights = new SingleFlight();
  private final SharedReads shared;
  private final LongAdder nearHits = new LongAdder();
  private final LongAdder joins = new LongAdder();

  public StateCache(RedisConnections redis, CacheSettings settings) {
    this(redis, settings, Ticker.systemTicker());
  }

  StateCache(RedisConnections redis, CacheSettings settings, Ticker ticker) {
    this.redis = redis;
    this.near = new NearCache(settings.near(), ticker);
    this.seen = new SeenVersions(ticker);
    this.feed = new RedisVersionFeed(redis, seen::raise);
    this.shared = new SharedReads(redis, settings, seen);
  }

  /** Begins to follow the versions of all flows; until then nothing is answered from near. */
  public void start() {
    feed.start();
  }

  /**
   * The state of a flow.
   *
   * @param minVersion what the client has seen of the flow, or 0; a state below it is read from
   *     PostgreSQL, whose answer stands, even if it is lower still
   * @return empty when the loader found no such flow
   * @throws StateUnavailableException when too many loads are under way
   */
  public Optional<VersionedState> get(UUID flow, long minVersion, StateLoader loader) {
    Optional<VersionedState> here =
        near.find(flow, subscription()).filter(demand(flow, minVersion)::metBy);
    if (here.isPresent()) {
      nearHits.increment();
      return here;
    }
    return flights.run(
        flow,
        () -> fetch(flow, minVersion, loader),
        state -> demand(flow, minVersion).metBy(state),
        joins::increment);
  }

  /** What has been counted in this process. */
  public CacheStatistics statistics() {
    return new CacheStatistics(
        nearHits.sum(),
        shared.hits(),
        shared.loads(),
        joins.sum(),
        shared.refusedFills(),
        shared.failures());
  }

  @Override
  public void close() {
    feed.stop();
  }

  private Optional<VersionedState> fetch(UUID flow, long minVersion, StateLoader loader) {
    long subscription = subscription();
    Optional<VersionedState> state = shared.read(flow, minVersion, loader);
    state.ifPresent(read -> {
      seen.raise(flow, read.version());
      near.put(flow, read, subscription);
    });
    return state;
  }

  private Demand demand(UUID flow, long minVersion) {
    return new Demand(seen.of(flow), minVersion);
  }

  private long subscription() {
    return redis.health().available() ? feed.subscription() : RedisVersionFeed.DOWN;
  }
}
