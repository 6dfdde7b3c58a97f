package io.skein.locks;

import io.skein.postgres.Database;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grants locks: by Redis, and by PostgreSQL while Redis is away or switched off. Contention is an
 * empty answer, as is a Redis that does not say; exceptions come from PostgreSQL when it is asked.
 * Who waits is served in the order of arrival. Not reentrant: who asks for what it holds is refused
 * like everybody else. Thread safe.
 */
public final class Locks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Locks.class);

  private final String process = UUID.randomUUID().toString();
  private final AtomicLong claims = new AtomicLong();
  private final FeatureGate gate;
  private final RedisLeases redisLeases;
  private final PostgresLeases postgresLeases;
  private final ActiveStores stores;
  private final Waiters waiters;
  private final RedisWakeChannel wakes;
  private final LockCounts counts = new LockCounts();
  private final Duration maximumHold;
  private final LongSupplier nanoTime;
  private final LeaseRenewer renewer;
  private final FeatureGate.Listener follow;
  private volatile boolean closed;

  /**
   * @param maximumHold how long a lease is renewed unless its request says otherwise; it ends at
   *     most one time to live later
   */
  public Locks(RedisConnections redis, Database database, Duration maximumHold) {
    this(redis, database, maximumHold, System::nanoTime);
  }

  Locks(RedisConnections redis, Database database, Duration maximumHold, LongSupplier nanoTime) {
    this.gate = redis.gate(Feature.LOCKS);
    this.redisLeases = new RedisLeases(redis);
    this.postgresLeases = new PostgresLeases(database);
    this.stores = new ActiveStores(gate, redis.health(), redisLeases, postgresLeases, nanoTime);
    this.waiters = new Waiters(nanoTime);
    this.wakes = new RedisWakeChannel(redis.redisson(), redis.keys().lockTurns(process), waiters);
    this.maximumHold = maximumHold;
    this.nanoTime = nanoTime;
    this.renewer = new LeaseRenewer(stores::now, waiters, counts, nanoTime);
    this.follow =
        mode -> {
          stores.changed();
          renewer.renewAll();
          waiters.wakeAll();
        };
    gate.onChange(follow);
  }

  /**
   * Takes a lock if it is free and nobody waits for it. A call that Redis leaves unanswered is
   * repeated once it is known whether Redis is gone, about a second later at most.
   *
   * @return empty when another one holds it or is served before, when Redis does not say so, or
   *     after {@link #close}
   * @throws org.jdbi.v3.core.JdbiException when PostgreSQL is to grant it and does not answer
   * @throws io.skein.postgres.FallbackBusyException when it has too much to do for 100 ms
   */
  public Optional<Lease> tryAcquire(LockRequest request) {
    if (closed) {
      return Optional.empty();
    }
    try (Acquire acquire = new Acquire(this, request)) {
      return acquire.once();
    }
  }

  /**
   * Takes a lock, in the order in which it was asked for.
   *
   * @param wait how long to wait for others; zero or less is {@link #tryAcquire}
   * @return empty when others still held it or were served before, Redis did not say so in time, or
   *     after {@link #close}
   * @throws InterruptedException when interrupted while waiting
   * @throws org.jdbi.v3.core.JdbiException when PostgreSQL is to grant it and does not answer
   * @throws io.skein.postgres.FallbackBusyException when it has too much to do for 100 ms
   */
  public Optional<Lease> acquire(LockRequest request, Duration wait) throws InterruptedException {
    if (closed || !wait.isPositive()) {
      return tryAcquire(request);
    }
    try (Acquire acquire = new Acquire(this, request)) {
      return acquire.within(wait);
    }
  }

  /**
   * Takes a lock as {@link #acquire} does, does the work and gives the lock back, whatever comes of
   * it.
   *
   * @return what the work answered; empty when the lock was not to be had, and nothing was done
   * @throws X what the work throws
   * @throws InterruptedException when interrupted while waiting
   */
  public <T, X extends Exception> Optional<T> withLock(
      LockRequest request, Duration wait, LockedWork<T, X> work) throws X, InterruptedException {
    Optional<Lease> acquired = acquire(request, wait);
    if (acquired.isEmpty()) {
      return Optional.empty();
    }
    try (Lease lease = acquired.get()) {
      return Optional.of(work.run(lease));
    }
  }

  /** Who holds the lock now, and since when, for people; empty when it is free. */
  public Optional<LockHolder> holder(LockName name) {
    if (stores.redisIsAsked()) {
      try {
        Optional<LockHolder> holder = redisLeases.holder(name);
        if (holder.isPresent()) {
          return holder;
        }
      } catch (RedisAwayException e) {
        LOG.atDebug()
            .addKeyValue("lock", name)
            .setCause(e)
            .log("Redis did not say who holds a lock");
      }
    }
    return postgresLeases.holder(name);
  }

  /** What this process holds, the oldest first. */
  public List<HeldLock> held() {
    return renewer.held().stream().sorted(Comparator.comparing(HeldLock::since)).toList();
  }

  /** What threads of this process wait for, the longest wait first. */
  public List<AwaitedLock> awaited() {
    return waiters.list().stream()
        .sorted(Comparator.comparing(AwaitedLock::waited).reversed())
        .toList();
  }

  /** Contention as this process saw it. */
  public LockStatistics statistics() {
    return counts.statistics(renewer.size(), waiters.size());
  }

  /** Gives every lease of this process back; who waits goes without the lock. */
  @Override
  public void close() {
    closed = true;
    gate.forget(follow);
    waiters.wakeAll();
    renewer.close();
    wakes.close();
  }

  boolean closed() {
    return closed;
  }

  ActiveStores stores() {
    return stores;
  }

  RedisLeases redisLeases() {
    return redisLeases;
  }

  PostgresLeases postgresLeases() {
    return postgresLeases;
  }

  LockCounts counts() {
    return counts;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /** The process in front of the colon is where the turn of the owner is told. */
  Claim newClaim(LockRequest request) {
    String owner = process + ":" + claims.incrementAndGet();
    return new Claim(request.name(), owner, request.holder(), request.ttl());
  }

  Waiters waiters() {
    return waiters;
  }

  /** Hears of turns, unless Redis is not asked. */
  void listen() {
    if (stores.redisIsAsked()) {
      wakes.listen();
    }
  }

  void release(LeaseStore store, Claim claim) {
    renewer.release(store, claim);
  }

  /** Gives up, in the background, places in queues and what was granted unheard. */
  void abandon(Claim claim, Set<LeaseStore> traces) {
    traces.forEach(store -> renewer.releaseAside(store, claim));
  }

  Lease granted(
      LockRequest request,
      Claim claim,
      Answer.Granted grant,
      List<LeaseStore> grantedBy,
      long askedAt) {
    counts.acquired.increment();
    if (!grantedBy.contains(redisLeases)) {
      counts.fallbacks.increment();
    }
    long hold = TimeUnit.NANOSECONDS.convert(request.maximumHold().orElse(maximumHold));
    long renewUntil = askedAt + hold;
    Lease lease =
        new Lease(request, claim, grant, grantedBy, askedAt, renewUntil, nanoTime, renewer);
    renewer.add(lease);
    return lease;
  }
}
