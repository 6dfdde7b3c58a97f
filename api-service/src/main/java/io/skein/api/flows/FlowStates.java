package io.skein.api.flows;

import io.skein.cache.StateCache;
import io.skein.cache.StateVersion;
import io.skein.cache.VersionedState;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.FlowJson;
import io.skein.flows.Owner;
import java.util.Optional;

/** States of flows through the cache, for those who own them. Thread safe. */
final class FlowStates {
  private final StateCache cache;
  private final FlowEngine engine;
  private final FlowJson flowJson;

  FlowStates(StateCache cache, FlowEngine engine, FlowJson flowJson) {
    this.cache = cache;
    this.engine = engine;
    this.flowJson = flowJson;
  }

  /**
   * @param minVersion what the caller has seen, or 0
   * @return empty when the flow is unknown or another's
   */
  Optional<State> find(Owner owner, FlowId flow, long minVersion) {
    return cache
        .get(flow.value(), minVersion, id -> load(new FlowId(id)))
        .flatMap(state -> owned(owner, state));
  }

  private Optional<VersionedState> load(FlowId flow) {
    return engine.findOfAnyOwner(flow).map(found -> CachedFlow.encode(found, flowJson));
  }

  private static Optional<State> owned(Owner owner, VersionedState state) {
    CachedFlow cached = CachedFlow.decode(state);
    return cached.owner().equals(owner)
        ? Optional.of(new State(state.version(), cached.json()))
        : Optional.empty();
  }

  /**
   * @param json UTF-8
   */
  record State(StateVersion version, byte[] json) {}
}
