package io.skein.locks;

import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisHealth;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Which stores grant locks now, all of those that are named: what others hold or take in the store
 * that they use must exclude. A breaker is this process's alone, so others go on asking Redis. They
 * follow a flag up to two seconds later, and see an outage at other moments; so for a while after
 * each change both stores have to grant. Only a Redis that is away is left out. Thread safe.
 */
final class ActiveStores {
  /** The two seconds in which every process follows a flag, and one renewal more. */
  static final Duration SETTLING = Duration.ofSeconds(4);

  /** Above the time that two probes take, one of them after a pause. */
  static final Duration VERDICT = Duration.ofSeconds(1);

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

  private boolean settling() {
    return nanoTime.getAsLong() - changedAt < SETTLING.toNanos();
  }

  /** One of them, or PostgreSQL and then Redis. */
  List<LeaseStore> now() {
    FeatureMode mode = gate.mode();
    if (mode != seen) {
      seen = mode; // before the gate tells of it
      changed();
    }
    return switch (mode) {
      case REDIS -> settling() ? both : redisOnly;
      case BREAKER_OPEN -> both;
      case FLAG_OFF, NEEDED_FLAG_OFF -> settling() && health.available() ? both : postgresOnly;
      case REDIS_AWAY -> postgresOnly;
    };
  }

  /**
   * Waits until it is known whether Redis is gone that has left a call unanswered. Returns at once
   * when the thread is interrupted, which it then still is.
   */
  void awaitVerdict() {
    try {
      health.awaitVerdict(VERDICT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean redisIsAsked() {
    return now() != postgresOnly;
  }
}
