package io.skein.locks;

import io.skein.locks.Waiters.Waiter;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One acquire with its waiting. An answer that Redis does not give in time is not waited for again:
 * PostgreSQL is asked, and what Redis may have granted unheard is released. Belongs to one thread.
 */
final class Acquire implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Acquire.class);

  /** A failure as quick as this is a broken connection; the next one may be sound. */
  private static final Duration BROKEN = Duration.ofMillis(25);

  private final Locks locks;
  private final LockRequest request;
  private Claim claim;

  /** Where the claim may have a place in the queue, or a lease without our knowing. */
  private final Set<LeaseStore> traces = new HashSet<>();

  /** Of the claim, once it waits. */
  private @Nullable Waiter waiter;

  Acquire(Locks locks, LockRequest request) {
    this.locks = locks;
    this.request = request;
    this.claim = locks.newClaim(request);
  }

  Optional<Lease> once() {
    Optional<Lease> lease = leaseOf(attempt(false));
    if (lease.isEmpty()) {
      locks.counts().refusals.increment();
    }
    return lease;
  }

  Optional<Lease> within(Duration wait) throws InterruptedException {
    long deadline = locks.now() + wait.toNanos();
    // Before the first question: its turn may be told at any time after that.
    waiter = locks.waiters().add(claim);
    Asked first = attempt(true);
    Optional<Lease> lease = leaseOf(first);
    if (lease.isPresent()) {
      return lease;
    }
    locks.counts().waits.increment();
    locks.listen();
    long begin = locks.now();
    try {
      lease = await(first, deadline, begin);
    } finally {
      locks.counts().waited(locks.now() - begin);
    }
    (lease.isPresent() ? locks.counts().handOvers : locks.counts().refusals).increment();
    return lease;
  }

  private Optional<Lease> await(Asked first, long deadline, long begin)
      throws InterruptedException {
    Asked asked = first;
    for (long left = deadline - locks.now(); left > 0; left = deadline - locks.now()) {
      Waiter waiting = Objects.requireNonNull(waiter);
      waiting.await(Math.min(left, pauseNanos(asked)), begin);
      asked = attempt(true);
      Optional<Lease> lease = leaseOf(asked);
      if (lease.isPresent()) {
        return lease;
      }
    }
    return Optional.empty();
  }

  /** Gives up the place in the queue, and what Redis may have granted unheard. */
  @Override
  public void close() {
    if (waiter != null) {
      waiter.close();
    }
    locks.abandon(claim, traces);
  }

  /** An answer, and who gave it. */
  private record Asked(Answer answer, List<LeaseStore> stores, long askedAt) {}

  private Optional<Lease> leaseOf(Asked asked) {
    if (!(asked.answer instanceof Answer.Granted granted)) {
      return Optional.empty();
    }
    traces.removeAll(asked.stores);
    return Optional.of(locks.granted(request, claim, granted, asked.stores, asked.askedAt));
  }

  private Asked attempt(boolean inTurn) {
    List<LeaseStore> stores = locks.stores().now();
    if (!stores.containsAll(traces)) {
      beginAgain();
    }
    if (stores.size() > 1) {
      return both(stores);
    }
    if (stores.getFirst() instanceof RedisLeases redis) {
      Optional<Asked> answer = askRedis(redis, inTurn);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return ask(locks.postgresLeases(), inTurn);
  }

  /** Empty when it did not answer. */
  private Optional<Asked> askRedis(RedisLeases redis, boolean inTurn) {
    long begin = locks.now();
    for (boolean again = false; ; again = true) {
      try {
        return Optional.of(ask(redis, inTurn));
      } catch (RedisAwayException e) {
        LOG.debug("Redis did not answer an acquire of {}", claim.name(), e);
        if (again || locks.now() - begin > BROKEN.toNanos()) {
          locks.doubtRedis();
          beginAgain();
          return Optional.empty();
        }
      }
    }
  }

  private Asked ask(LeaseStore store, boolean inTurn) {
    long askedAt = locks.now();
    traces.add(store);
    Answer answer = inTurn ? store.acquireInTurn(claim) : store.acquire(claim);
    if (!inTurn) {
      traces.remove(store);
    }
    return new Asked(answer, List.of(store), askedAt);
  }

  /**
   * Both have to grant it, PostgreSQL first: it is asked by everybody now. Nobody queues, since the
   * queues of two stores would wait for each other.
   */
  private Asked both(List<LeaseStore> stores) {
    long askedAt = locks.now();
    PostgresLeases postgres = locks.postgresLeases();
    Answer inPostgres = ask(postgres, false).answer;
    if (!(inPostgres instanceof Answer.Granted lower)) {
      return new Asked(inPostgres, stores, askedAt);
    }
    try {
      Answer inRedis = locks.redisLeases().acquireAbove(claim, lower.fence());
      if (inRedis instanceof Answer.Refused) {
        locks.release(postgres, claim);
      }
      return new Asked(inRedis, stores, askedAt);
    } catch (RedisAwayException e) {
      LOG.debug("Redis did not answer an acquire of {}; PostgreSQL did", claim.name(), e);
      return new Asked(inPostgres, stores, askedAt);
    }
  }

  /** Under another owner: what is released now must not hit what is granted later. */
  private void beginAgain() {
    locks.abandon(claim, traces);
    traces.clear();
    claim = locks.newClaim(request);
    if (waiter != null) {
      waiter.close();
      waiter = locks.waiters().add(claim);
    }
  }

  /** The nearer its turn, the sooner a waiter asks again, should nobody tell it. */
  private static long pauseNanos(Asked asked) {
    long ahead = asked.answer instanceof Answer.Refused refused ? refused.ahead() : 0;
    boolean nobodyTells =
        asked.stores.size() == 1 && asked.stores.getFirst() instanceof PostgresLeases;
    int shortest = nobodyTells ? 10 : 50;
    long millis = Math.min(shortest * (ahead + 1), 200);
    return TimeUnit.MILLISECONDS.toNanos(millis)
        + ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
