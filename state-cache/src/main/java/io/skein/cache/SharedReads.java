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
  private final Loads<V> loads;
  private final SeenVersions seen;
  private final Counts counts;
  private final Step.Listener steps;

  SharedReads(
      Trust trust,
      RedisStates<V> states,
      CacheSettings.Loads settings,
      Loads<V> loads,
      SeenVersions seen,
      Counts counts,
      Step.Listener steps) {
    this.trust = trust;
    this.states = states;
    this.settings = settings;
    this.loads = loads;
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
      return loads.alone(wanted);
    }
    LoadTurn<V> turn;
    try {
      turn = turn(wanted);
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("Redis did not answer a read of a state", e);
      return loads.alone(wanted);
    }
    return switch (turn) {
      case LoadTurn.Filled<V> filled -> {
        if (filled.pastSoftExpiry()) {
          onStale.run();
        }
        yield new Answer<>(filled.entry(), false, true);
      }
      case LoadTurn.Granted<V> granted -> loads.withLease(wanted, granted);
      case LoadTurn.Taken<V> taken -> loads.alone(wanted);
    };
  }

  /** What Redis holds and meets the demand; counts how it went. */
  Optional<RedisStates.Found<V>> find(String id, Demand demand) {
    Optional<RedisStates.Found<V>> found;
    try {
      found = states.read(id);
    } catch (UndecodableException e) {
      counts.redis.undecodable.increment();
      LOG.warn("a cached state cannot be decoded and is loaded anew id={}", id, e);
      states.discard(id, e);
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
      states.discard(id, e);
      return new LoadTurn.Taken<>();
    }
  }
}
