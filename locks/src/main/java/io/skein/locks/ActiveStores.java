package io.skein.locks;

import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisHealth;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Which stores grant locks now: Redis while its gate is open, else PostgreSQL. For a while after
 * each change of the gate both must agree, as far as Redis can be asked at all: other processes
 * follow a flag up to two seconds later and see an outage at other moments, and what they hold or
 * take in the store that they still use must exclude. Thread safe.
 */
final class ActiveStores {
  /** The two seconds in which every process follows a flag, and one renewal more. */
  static final Duration SETTLING = Duration.ofSeconds(4);

  private final FeatureGate gate;
  private final RedisHealth health;
  private final LongSupplier nanoTime;
  private final List<LeaseStore> redisOnly;
  private final List<LeaseStore> postgresOnly;
  private final List<LeaseStore> both;
  private volatile FeatureMode seen;
  private volatile long changedAt;

  ActiveStores(
      FeatureGate gate,
      RedisHealth health,
      RedisLeases redis,
      PostgresLeases postgres,
      LongSupplier nanoTime) {
    this.gate = gate;
    this.health = health;
    this.nanoTime = nanoTime;
    this.redisOnly = List.of(redis);
    this.postgresOnly = List.of(postgres);
    this.both = List.of(postgres, redis);
    this.seen = gate.mode();
    // A process that starts trusts what it finds.
    this.changedAt = nanoTime.getAsLong() - SETTLING.toNanos();
  }

  void changed() {
    changedAt = nanoTime.getAsLong();
  }

  boolean settling() {
    return nanoTime.getAsLong() - changedAt < SETTLING.toNanos();
  }

  /** One of them, or PostgreSQL and then Redis. */
  List<LeaseStore> now() {
    FeatureMode mode = gate.mode();
    if (mode != seen) {
      seen = mode; // before the gate tells of it
      changed();
    }
    if (mode == FeatureMode.REDIS) {
      return settling() ? both : redisOnly;
    }
    return settling() && mode == FeatureMode.FLAG_OFF && health.available() ? both : postgresOnly;
  }

  boolean redisIsAsked() {
    return now() != postgresOnly;
  }
}
