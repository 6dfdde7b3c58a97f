package io.skein.api.flows;

import io.skein.cache.CacheSettings;
import io.skein.cache.CacheStatistics;
import io.skein.cache.StateCache;
import io.skein.cache.StateKind;
import io.skein.cache.StateSource;
import io.skein.cache.StateSweep;
import io.skein.cache.StateUnavailableException;
import io.skein.cache.StateVersion;
import io.skein.cache.Versioned;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.FlowJson;
import io.skein.flows.Owner;
import io.skein.postgres.FallbackBulkhead;
import io.skein.postgres.FallbackBusyException;
import io.skein.redis.FeatureMode;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisConnections;
import java.util.List;
import java.util.Optional;

/** States of flows through the cache, for those who own them. Thread safe. */
public final class FlowStates implements AutoCloseable {
  private static final StateKind<FlowId, CachedFlow> KIND =
      new StateKind<>(KeySpace.FLOW, FlowId::toString, FlowId::parse, CachedFlow.CODEC);

  /** The source has a bulkhead, and nobody shall wait at two. */
  private static final CacheSettings SETTINGS =
      CacheSettings.defaults().withLoads(CacheSettings.defaults().loads().boundedBySource());

  private final StateCache<FlowId, CachedFlow> cache;

  private FlowStates(StateCache<FlowId, CachedFlow> cache) {
    this.cache = cache;
  }

  /**
   * Begins to follow the versions of all flows, and to warm.
   *
   * @param redis stays the caller's
   * @param fallback bounds the loads, together with whatever else Redis does not answer
   * @param sweep the event bus's
   */
  public static FlowStates start(
      RedisConnections redis,
      FlowEngine engine,
      FlowJson flowJson,
      FallbackBulkhead fallback,
      StateSweep sweep) {
    StateCache<FlowId, CachedFlow> cache =
        new StateCache<>(redis, SETTINGS, KIND, new Source(engine, flowJson, fallback), sweep);
    cache.start();
    cache.warm();
    return new FlowStates(cache);
  }

  private record Source(FlowEngine engine, FlowJson flowJson, FallbackBulkhead fallback)
      implements StateSource<FlowId, CachedFlow> {
    @Override
    public Optional<Versioned<CachedFlow>> load(FlowId flow) {
      try {
        return fallback
            .call(() -> engine.findOfAnyOwner(flow))
            .map(found -> CachedFlow.of(found, flowJson));
      } catch (FallbackBusyException e) {
        throw new StateUnavailableException("as many states are loaded as may be; try again", e);
      }
    }

    @Override
    public List<FlowId> recent(int most) {
      return engine.recentlyChanged(most);
    }
  }

  /**
   * The state of a flow.
   *
   * @param minVersion what the caller has seen, or 0
   * @return empty when the flow is unknown or another's
   */
  Optional<State> find(Owner owner, FlowId flow, long minVersion) {
    return cache
        .get(flow, minVersion)
        .filter(state -> state.value().owner().equals(owner))
        .map(state -> new State(state.version(), state.value().json()));
  }

  /** Tells of PostgreSQL's epoch: no state of an earlier one is answered from then on. */
  public void raiseEpoch(long epoch) {
    cache.raiseEpoch(epoch);
  }

  /** Removes a flow's state from all caches; false when Redis does not answer. */
  boolean invalidate(FlowId flow) {
    return cache.invalidate(flow);
  }

  /** Begins to bring recent and hottest flows to Redis; false when that is under way. */
  boolean warm() {
    return cache.warm();
  }

  boolean warming() {
    return cache.warming();
  }

  FeatureMode mode() {
    return cache.mode();
  }

  /** Counts of this process. */
  public CacheStatistics statistics() {
    return cache.statistics();
  }

  @Override
  public void close() {
    cache.close();
  }

  /**
   * @param json UTF-8
   */
  record State(StateVersion version, byte[] json) {}
}
