package io.skein.cache;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read beyond this process: Redis, or one load for all instances, or, when that takes too long
 * or Redis fails, a load of one's own. Thread safe.
 */
final class SharedReads<V> {
  private static final Logger LOG = LoggerFactory.getLogger(SharedReads.class);

  private static final int POLL_MIN_MILLIS = 10;
  private static final int POLL_MAX_MILLIS = 30;

  private final Trust trust;
  private final RedisStates<V> states;
  private final CacheSettings.Loads settings;
  private final Loader<V> loader;
  private final SeenVersions seen;
  private final Counts counts;
  private final Step.Listener steps;

  SharedReads(
      Trust trust,
      RedisStates<V> states,
      CacheSettings.Loads settings,
      Loader<V> loader,
      SeenVersions seen,
      Counts counts,
      Step.Listener steps) {
    this.trust = trust;
    this.states = states;
    this.settings = settings;
    this.loader = loader;
    this.seen = seen;
    this.counts = counts;
    this.steps = steps;
  }

  /**
   * Reads.
   *
   * @param onStale is run when what was found is past its soft expiry
   */
  Answer<V> read(Wanted<V> wanted, Runnable onStale) {
    if (!trust.given()) {
      return loader.alone(wanted);
    }
    LoadTurn<V> turn;
    try {
      turn = turn(wanted);
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("Redis did not answer a read of a state", e);
      return loader.alone(wanted);
    }
    return switch (turn) {
      case LoadTurn.Filled<V> filled -> {
        if (filled.pastSoftExpiry()) {
          onStale.run();
        }
        yield new Answer<>(filled.entry(), false, true);
      }
      case LoadTurn.Granted<V> granted -> loader.withLease(wanted, granted);
      case LoadTurn.Taken<V> taken -> loader.alone(wanted);
    };
  }

  /** Status, phase and time of what Redis holds and meets the demand; empty while it is away. */
  Optional<Versioned<StateMetadata>> metadata(String id, Demand demand) {
    if (!trust.given()) {
      return Optional.empty();
    }
    try {
      Optional<Versioned<StateMetadata>> kept =
          states.metadata(id).filter(found -> demand.metBy(found.version()));
      kept.ifPresent(found -> {
        counts.redis.hits.increment();
        seen.raise(id, found.version());
      });
      return kept;
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("Redis did not answer a read of metadata", e);
      return Optional.empty();
    } catch (UndecodableException e) {
      return Optional.empty(); // the read of the state sees to it
    }
  }

  /** Whether Redis holds what meets the demand; not counted, and what is damaged is not held. */
  boolean holds(String id, Demand demand) {
    try {
      return states.read(id).filter(found -> demand.metBy(found.entry().version())).isPresent();
    } catch (UndecodableException e) {
      return false; // the read that follows sees to it
    }
  }

  /** What Redis holds and meets the demand; counts how it went. */
  private Optional<RedisStates.Found<V>> find(String id, Demand demand) {
    Optional<RedisStates.Found<V>> found;
    try {
      found = states.read(id);
    } catch (UndecodableException e) {
      discard(id, e);
      found = Optional.empty();
    }
    steps.reached(Step.READ, id);
    if (found.isPresent() && demand.metBy(found.get().entry().version())) {
      counts.redis.hits.increment();
      return found;
    }
    counts.redis.misses.increment();
    if (found.isPresent()) {
      counts.redis.staleRefusals.increment();
    }
    return Optional.empty();
  }

  /** Waits for the instance that loads, but not for ever. */
  private LoadTurn<V> turn(Wanted<V> wanted) {
    String id = wanted.id();
    Demand demand = new Demand(seen.of(id), wanted.minVersion());
    Optional<RedisStates.Found<V>> found = find(id, demand);
    if (found.isPresent()) {
      return new LoadTurn.Filled<>(found.get().entry(), found.get().pastSoftExpiry());
    }
    String token = UUID.randomUUID().toString();
    long deadline = System.nanoTime() + settings.waitForOther().toNanos();
    while (true) {
      LoadTurn<V> turn = lease(id, token, demand);
      steps.reached(Step.LEASED, id);
      boolean patience =
          System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted();
      if (!(turn instanceof LoadTurn.Taken) || !patience) {
        return turn;
      }
      int poll = ThreadLocalRandom.current().nextInt(POLL_MIN_MILLIS, POLL_MAX_MILLIS);
      LockSupport.parkNanos(Duration.ofMillis(poll).toNanos());
    }
  }

  private LoadTurn<V> lease(String id, String token, Demand demand) {
    try {
      return states.lease(id, token, settings.lease(), demand, false);
    } catch (UndecodableException e) {
      discard(id, e);
      return new LoadTurn.Taken<>();
    }
  }

  private void discard(String id, UndecodableException found) {
    counts.redis.undecodable.increment();
    LOG.atWarn()
        .addKeyValue("id", id)
        .setCause(found)
        .log("a cached state cannot be decoded and is loaded anew");
    states.discard(id, found);
  }
}
