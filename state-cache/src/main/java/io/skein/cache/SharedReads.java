package io.skein.cache;

import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read beyond this process: Redis, or one load for all instances, or, when that takes too long
 * or Redis fails, a load of one's own. Thread safe.
 */
final class SharedReads {
  private static final Logger LOG = LoggerFactory.getLogger(SharedReads.class);

  /**
   * What Redis kept through an outage may be old until the sweep has raised the versions of all
   * that changed: a second for each of noticing, leading and sweeping, and as much again.
   */
  private static final Duration DISTRUST = Duration.ofSeconds(6);

  private static final int POLL_MIN_MILLIS = 10;
  private static final int POLL_MAX_MILLIS = 30;

  private final RedisConnections redis;
  private final RedisStates states;
  private final CacheSettings settings;
  private final SeenVersions seen;
  private final LoadBulkhead bulkhead;
  private final LongAdder hits = new LongAdder();
  private final LongAdder loads = new LongAdder();
  private final LongAdder refusedFills = new LongAdder();
  private final LongAdder failures = new LongAdder();

  SharedReads(RedisConnections redis, CacheSettings settings, SeenVersions seen) {
    this.redis = redis;
    this.states = new RedisStates(redis);
    this.settings = settings;
    this.seen = seen;
    this.bulkhead = new LoadBulkhead(settings.loads());
  }

  Optional<VersionedState> read(UUID flow, long minVersion, StateLoader loader) {
    if (!redis.health().availableFor(DISTRUST)) {
      return load(flow, loader);
    }
    Demand demand = new Demand(seen.of(flow), minVersion);
    LoadTurn turn;
    try {
      turn = turn(flow, demand);
    } catch (RedisAwayException e) {
      failed("read", e);
      return load(flow, loader);
    }
    return switch (turn) {
      case LoadTurn.Filled filled -> {
        hits.increment();
        yield Optional.of(filled.state());
      }
      case LoadTurn.Granted granted -> loadAndFill(flow, granted.token(), loader);
      case LoadTurn.Taken taken -> load(flow, loader);
    };
  }

  long hits() {
    return hits.sum();
  }

  long loads() {
    return loads.sum();
  }

  long refusedFills() {
    return refusedFills.sum();
  }

  long failures() {
    return failures.sum();
  }

  /** Waits for the instance that loads, but not for ever. */
  private LoadTurn turn(UUID flow, Demand demand) {
    Optional<VersionedState> found = states.read(flow).filter(demand::metBy);
    if (found.isPresent()) {
      return new LoadTurn.Filled(found.get());
    }
    String token = UUID.randomUUID().toString();
    long deadline = System.nanoTime() + settings.loads().waitForOther().toNanos();
    while (true) {
      LoadTurn turn = states.lease(flow, token, settings.loads().lease(), demand);
      boolean patience =
          System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted();
      if (!(turn instanceof LoadTurn.Taken) || !patience) {
        return turn;
      }
      int poll = ThreadLocalRandom.current().nextInt(POLL_MIN_MILLIS, POLL_MAX_MILLIS);
      LockSupport.parkNanos(Duration.ofMillis(poll).toNanos());
    }
  }

  private Optional<VersionedState> loadAndFill(UUID flow, String token, StateLoader loader) {
    Optional<VersionedState> loaded = Optional.empty();
    try {
      loaded = load(flow, loader);
    } finally {
      if (loaded.isEmpty()) {
        drop(flow, token);
      }
    }
    loaded.ifPresent(state -> fill(flow, token, state));
    return loaded;
  }

  /**
   * What is below a version seen before the load began means that PostgreSQL itself has gone back;
   * it is the truth, so what was seen is corrected.
   */
  private Optional<VersionedState> load(UUID flow, StateLoader loader) {
    StateVersion before = seen.of(flow);
    loads.increment();
    Optional<VersionedState> loaded = bulkhead.load(flow, loader);
    loaded
        .map(VersionedState::version)
        .filter(version -> version.olderThan(before))
        .ifPresent(truth -> {
          LOG.warn("PostgreSQL has {} of flow {} after {} was seen", truth, flow, before);
          seen.correct(flow, before, truth);
        });
    return loaded;
  }

  private void fill(UUID flow, String token, VersionedState state) {
    try {
      if (!states.fill(flow, token, state, jittered(settings.timeToLive()))) {
        refusedFills.increment();
      }
    } catch (RedisAwayException e) {
      failed("fill", e);
    }
  }

  private void drop(UUID flow, String token) {
    try {
      states.drop(flow, token);
    } catch (RedisAwayException e) {
      failed("lease", e);
    }
  }

  private void failed(String operation, RedisAwayException e) {
    failures.increment();
    LOG.debug("Redis did not answer a {} of a state", operation, e);
  }

  private static Duration jittered(Duration duration) {
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
