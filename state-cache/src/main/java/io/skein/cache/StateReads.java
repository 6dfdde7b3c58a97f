package io.skein.cache;

import java.util.Optional;

/**
 * Reads of states: from what this process holds, else one read beyond it for all who ask for that
 * state now. Thread safe.
 */
final class StateReads<K, V> {
  private final StateKind<K, V> kind;
  private final StateSource<K, V> source;
  private final AccessCounts accesses;
  private final NearStates<V> near;
  private final SharedReads<V> shared;
  private final Refreshes<V> refreshes;
  private final Counts counts;
  private final Step.Listener steps;
  private final SingleFlight<V> flights = new SingleFlight<>();

  StateReads(
      StateKind<K, V> kind,
      StateSource<K, V> source,
      AccessCounts accesses,
      NearStates<V> near,
      SharedReads<V> shared,
      Refreshes<V> refreshes,
      Counts counts,
      Step.Listener steps) {
    this.kind = kind;
    this.source = source;
    this.accesses = accesses;
    this.near = near;
    this.shared = shared;
    this.refreshes = refreshes;
    this.counts = counts;
    this.steps = steps;
  }

  /** As {@link StateCache#get(Object, long)}. */
  Optional<Versioned<V>> get(K key, long minVersion) {
    String id = kind.id(key);
    accesses.read(id);
    Optional<Entry<V>> here = near.find(id, near.demand(id, minVersion));
    if (here.isPresent()) {
      return here.get().versioned();
    }
    steps.reached(Step.LOOKED_NEAR, id);
    return read(key, id, minVersion).versioned();
  }

  /** As {@link StateCache#metadata}. */
  Optional<Versioned<StateMetadata>> metadata(K key, long minVersion) {
    String id = kind.id(key);
    accesses.read(id);
    Demand demand = near.demand(id, minVersion);
    Optional<Entry<V>> here = near.find(id, demand);
    if (here.isPresent()) {
      return here.get().versioned().map(this::metadata);
    }
    Optional<Versioned<StateMetadata>> kept = shared.metadata(id, demand);
    return kept.isPresent() ? kept : read(key, id, minVersion).versioned().map(this::metadata);
  }

  /** Brings a state to Redis that it does not hold; no read that says how hot the state is. */
  void warm(K key) {
    String id = kind.id(key);
    if (!shared.holds(id, near.demand(id, 0))) {
      read(key, id, 0);
      counts.warmed.increment();
    }
  }

  private Entry<V> read(K key, String id, long minVersion) {
    Wanted<V> wanted = new Wanted<>(id, minVersion, () -> source.load(key));
    return flights.run(
        id,
        () -> fetch(wanted),
        version -> near.demand(id, minVersion).metBy(version),
        counts.joins::increment);
  }

  private Answer<V> fetch(Wanted<V> wanted) {
    long subscription = near.subscription();
    Answer<V> answer = shared.read(wanted, () -> refreshes.begin(wanted));
    Entry<V> entry = answer.entry();
    if (!entry.version().equals(StateVersion.ABSENT)) {
      near.raise(wanted.id(), entry.version());
    }
    steps.reached(Step.SEEN, wanted.id());
    if (answer.near()) {
      near.keep(wanted.id(), entry, subscription);
    }
    return answer;
  }

  private Versioned<StateMetadata> metadata(Versioned<V> state) {
    return new Versioned<>(state.version(), kind.codec().metadata(state.value()));
  }
}
