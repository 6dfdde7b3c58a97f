package io.skein.locks;

import io.skein.postgres.Database;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grants locks: by Redis, and by PostgreSQL while Redis is away. Contention is an empty answer;
 * exceptions mean that neither store could be asked. Thread safe.
 */
public final class Locks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Locks.class);

  private final RedisConnections redis;
  private final RedisLeases redisLeases;
  private final PostgresLeases postgresLeases;
  private final Duration maximumHold;
  private final LongSupplier nanoTime;
  private final LeaseRenewer renewer;

  /**
   * @param maximumHold how long a lease is renewed; it ends at most one time to live later
   */
  public Locks(RedisConnections redis, Database database, Duration maximumHold) {
    this(redis, database, maximumHold, System::nanoTime);
  }

  Locks(RedisConnections redis, Database database, Duration maximumHold, LongSupplier nanoTime) {
    this.redis = redis;
    this.redisLeases = new RedisLeases(redis);
    this.postgresLeases = new PostgresLeases(database);
    this.maximumHold = maximumHold;
    this.nanoTime = nanoTime;
    this.renewer = new LeaseRenewer(this::active, nanoTime);
  }

  /**
   * Takes a lock.
   *
   * @param holder what {@link #holder} tells the others, for example the command and the user
   * @param ttl how long the lock stays taken when this process dies, at least 50 ms
   * @param wait how long to wait for another holder; zero asks once
   * @return empty when another one still holds it
   * @throws InterruptedException when interrupted while waiting
   * @throws org.jdbi.v3.core.JdbiException when Redis is away and PostgreSQL does not answer
   */
  public Optional<Lease> acquire(LockName name, String holder, Duration ttl, Duration wait)
      throws InterruptedException {
    try (Acquire acquire = new Acquire(this, name, holder, ttl)) {
      return acquire.within(wait);
    }
  }

  /** Who holds the lock now, for people; empty when it is free. */
  public Optional<String> holder(LockName name) {
    if (redis.health().available()) {
      try {
        Optional<String> holder = redisLeases.holder(name);
        if (holder.isPresent()) {
          return holder;
        }
      } catch (RedisAwayException e) {
        LOG.debug("Redis did not say who holds {}", name, e);
      }
    }
    return postgresLeases.holder(name);
  }

  /** Gives every lease of this process back. */
  @Override
  public void close() {
    renewer.close();
  }

  boolean redisAvailable() {
    return redis.health().available();
  }

  RedisLeases redisLeases() {
    return redisLeases;
  }

  PostgresLeases postgresLeases() {
    return postgresLeases;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  RedisReleaseWatch watch(LockName name) {
    return new RedisReleaseWatch(redis.redisson(), redis.keys().lockReleased(name.value()));
  }

  Claim newClaim(LockName name, String holder, Duration ttl) {
    return new Claim(name, UUID.randomUUID().toString(), holder, ttl);
  }

  /** Releases, in the background if need be, what an unanswered acquire may have taken. */
  void abandon(Claim claim) {
    renewer.release(redisLeases, claim);
  }

  Lease granted(Claim claim, Fence fence, LeaseStore store, long askedAt) {
    long renewUntil = askedAt + maximumHold.toNanos();
    Lease lease = new Lease(claim, fence, store, askedAt, renewUntil, nanoTime, renewer::release);
    renewer.add(lease);
    return lease;
  }

  private LeaseStore active() {
    return redisAvailable() ? redisLeases : postgresLeases;
  }
}
