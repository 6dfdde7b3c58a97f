package io.skein.cache;

import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads PostgreSQL within the bulkhead, and fills what was read into Redis. Thread safe. */
final class Loader<V> {
  private static final Logger LOG = LoggerFactory.getLogger(Loader.class);

  private final FeatureGate gate;
  private final RedisStates<V> states;
  private final Envelope<V> envelope;
  private final LifeByHeat life;
  private final LoadBulkhead bulkhead;
  private final SeenVersions seen;
  private final Counts counts;
  private final Step.Listener steps;

  Loader(
      FeatureGate gate,
      RedisStates<V> states,
      Envelope<V> envelope,
      LifeByHeat life,
      LoadBulkhead bulkhead,
      SeenVersions seen,
      Counts counts,
      Step.Listener steps) {
    this.gate = gate;
    this.states = states;
    this.envelope = envelope;
    this.life = life;
    this.bulkhead = bulkhead;
    this.seen = seen;
    this.counts = counts;
    this.steps = steps;
  }

  /**
   * Loads for this process only.
   *
   * @throws StateUnavailableException when too many loads are under way
   */
  Answer<V> alone(Wanted<V> wanted) {
    Optional<Versioned<V>> loaded = load(wanted);
    if (loaded.isEmpty()) {
      return new Answer<>(Entry.absent(seen.absent(StateVersion.NONE)), true, false);
    }
    // Without Redis nothing is kept near either, and nobody needs to know its size.
    Optional<Envelope.Sealed> sealed = gate.open() ? seal(loaded.get()) : Optional.empty();
    return answer(loaded.get(), sealed);
  }

  /**
   * Loads for all instances.
   *
   * @throws StateUnavailableException when too many loads are under way
   */
  Answer<V> withLease(Wanted<V> wanted, LoadTurn.Granted<V> granted) {
    Optional<Versioned<V>> loaded = Optional.empty();
    boolean done = false;
    try {
      loaded = load(wanted);
      done = true;
    } finally {
      if (!done) {
        drop(wanted.id(), granted.token());
      }
    }
    return loaded.isPresent()
        ? fill(wanted.id(), granted, loaded.get())
        : fillAbsence(wanted.id(), granted);
  }

  /**
   * As {@link #withLease}, for who does not wait for it; nothing when all places are taken.
   *
   * @return whether it loaded
   */
  boolean ifFree(Wanted<V> wanted, LoadTurn.Granted<V> granted) {
    Optional<Optional<Versioned<V>>> loaded = Optional.empty();
    try {
      loaded = bulkhead.loadIfFree(() -> truth(wanted));
    } finally {
      if (loaded.isEmpty()) {
        drop(wanted.id(), granted.token());
      }
    }
    loaded.ifPresent(state -> {
      state.ifPresent(present -> seen.raise(wanted.id(), present.version()));
      Answer<V> unused =
          state.isPresent()
              ? fill(wanted.id(), granted, state.get())
              : fillAbsence(wanted.id(), granted);
    });
    return loaded.isPresent();
  }

  private Answer<V> fill(String id, LoadTurn.Granted<V> granted, Versioned<V> state) {
    Optional<Envelope.Sealed> sealed = seal(state);
    if (sealed.isEmpty()) {
      drop(id, granted.token());
    } else {
      fill(id, granted.token(), state.version(), sealed.get(), life.of(id));
    }
    return answer(state, sealed);
  }

  private Answer<V> fillAbsence(String id, LoadTurn.Granted<V> granted) {
    StateVersion version = seen.absent(granted.known());
    boolean taken = fill(id, granted.token(), version, Envelope.sealAbsence(), life.ofAbsence());
    return new Answer<>(Entry.absent(version), true, taken);
  }

  private Optional<Envelope.Sealed> seal(Versioned<V> state) {
    Optional<Envelope.Sealed> sealed = envelope.seal(state);
    if (sealed.isEmpty()) {
      counts.tooLarge.increment();
    }
    return sealed;
  }

  private static <V> Answer<V> answer(Versioned<V> state, Optional<Envelope.Sealed> sealed) {
    int bytes = sealed.map(Envelope.Sealed::plainBytes).orElse(0);
    return new Answer<>(
        new Entry<>(state.version(), state.value(), bytes), true, sealed.isPresent());
  }

  private Optional<Versioned<V>> load(Wanted<V> wanted) {
    try {
      return bulkhead.load(() -> truth(wanted));
    } catch (StateUnavailableException e) {
      counts.loadRefusals.increment();
      throw e;
    }
  }

  /**
   * What is below a version seen before the load began means that PostgreSQL itself has gone back;
   * it is the truth, so what was seen is corrected.
   */
  private Optional<Versioned<V>> truth(Wanted<V> wanted) {
    String id = wanted.id();
    StateVersion before = seen.of(id);
    counts.loads.increment();
    Optional<Versioned<V>> loaded;
    try {
      loaded = wanted.load().get();
    } catch (StateUnavailableException e) {
      throw e; // counted as a refusal
    } catch (RuntimeException | Error e) {
      counts.loadFailures.increment();
      throw e;
    }
    steps.reached(Step.LOADED, id);
    loaded.ifPresent(state -> seen.raiseEpoch(state.version().epoch()));
    loaded
        .map(Versioned::version)
        .filter(version -> version.olderThan(before))
        .ifPresent(truth -> {
          LOG.atWarn()
              .addKeyValue("id", id)
              .addKeyValue("version", truth)
              .addKeyValue("seen", before)
              .log("PostgreSQL has gone back behind a version that was seen");
          seen.correct(id, before, truth);
        });
    return loaded;
  }

  private boolean fill(
      String id,
      String token,
      StateVersion version,
      Envelope.Sealed sealed,
      RedisStates.Expiry kept) {
    boolean taken = false;
    try {
      taken = states.fill(id, token, version, sealed, kept);
      if (!taken) {
        counts.redis.refusedWrites.increment();
      }
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("Redis did not answer a fill of a state", e);
    }
    steps.reached(Step.FILLED, id);
    return taken;
  }

  private void drop(String id, String token) {
    try {
      states.drop(id, token);
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("Redis did not answer who gave a load up", e);
    }
  }
}
