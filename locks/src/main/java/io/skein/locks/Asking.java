package io.skein.locks;

import io.skein.locks.Waiters.Waiter;
import io.skein.postgres.FallbackBusyException;
import io.skein.redis.RedisAwayException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one acquire asks of the stores that grant locks now, and what it may have there. A call that
 * Redis leaves unanswered is no grant, since others may hold the lock there: it is to be asked
 * again, under the same claim, until it answers or is known to be away. Belongs to one thread.
 */
final class Asking implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Asking.class);

  private final Locks locks;
  private final LockRequest request;
  private Claim claim;

  /** Where the claim may have a place in the queue, or a lease without our knowing. */
  private final Set<LeaseStore> traces = new HashSet<>();

  /** Whether any store has answered a question of it. */
  private boolean answered;

  /** Of the claim, once it is told of its turn. */
  private @Nullable Waiter waiter;

  Asking(Locks locks, LockRequest request) {
    this.locks = locks;
    this.request = request;
    this.claim = locks.newClaim(request);
  }

  /** An answer, to which claim, and who gave it; the lease of a grant is the caller's. */
  record Asked(Answer answer, Claim claim, List<LeaseStore> stores, long askedAt) {}

  /** Has it be told of its turn from now on. */
  void beTold() {
    waiter = locks.waiters().add(claim);
  }

  /**
   * Waits until it is told of its turn, at most this long.
   *
   * @param begin when the wait began, of which this may be a part
   */
  void awaitTurn(long atMostNanos, long begin) throws InterruptedException {
    Objects.requireNonNull(waiter).await(atMostNanos, begin);
  }

  /** Asks for the lock if it is free and nobody waits for it. */
  Asked ask() {
    return attempt(this::alone);
  }

  /** Asks for the lock if it is this one's turn, or else for a place in the queue. */
  Asked askInTurn() {
    return attempt(this::inTurn);
  }

  private Asked attempt(Function<LeaseStore, Answer> one) {
    List<LeaseStore> stores = locks.stores().now();
    if (!stores.containsAll(traces)) {
      beginAgain();
    }
    long askedAt = locks.now();
    Answer answer = stores.size() > 1 ? both() : one.apply(stores.getFirst());
    if (answer instanceof Answer.Granted) {
      traces.removeAll(stores);
    }
    return new Asked(answer, claim, stores, askedAt);
  }

  private Answer alone(LeaseStore store) {
    return answer(store, false, () -> store.acquire(claim));
  }

  private Answer inTurn(LeaseStore store) {
    return answer(store, true, () -> store.acquireInTurn(claim));
  }

  /**
   * Both have to grant it, PostgreSQL first, and Redis with a fence above. Nobody queues, since the
   * queues of two stores would wait for each other.
   */
  private Answer both() {
    Answer inPostgres = alone(locks.postgresLeases());
    if (!(inPostgres instanceof Answer.Granted lower)) {
      return inPostgres;
    }
    RedisLeases redis = locks.redisLeases();
    Answer inRedis = answer(redis, false, () -> redis.acquireAbove(claim, lower.fence()));
    if (inRedis instanceof Answer.Refused) {
      beginAgain();
    }
    return inRedis;
  }

  /**
   * Takes it that the store may have granted the lock until it has said that it did not. Also when
   * it had left a call unanswered before: that one may arrive after this one.
   *
   * @param queues whether a refusal leaves a place in the queue
   */
  private Answer answer(LeaseStore store, boolean queues, Supplier<Answer> question) {
    boolean firstTime = traces.add(store);
    try {
      Answer answer = question.get();
      answered = true;
      if (firstTime && !queues && answer instanceof Answer.Refused) {
        traces.remove(store);
      }
      return answer;
    } catch (RedisAwayException e) {
      LOG.atDebug()
          .addKeyValue("lock", claim.name())
          .setCause(e)
          .log("Redis did not answer an acquire");
      return new Answer.Unanswered();
    } catch (FallbackBusyException e) {
      if (firstTime) {
        traces.remove(store); // it was not asked
      }
      if (!answered) {
        throw e;
      }
      return new Answer.Unanswered(); // who waits already goes on waiting
    }
  }

  /**
   * Gives up what the claim has and goes on under another owner: what is released late must not hit
   * what is granted then. PostgreSQL is told before it is asked again, or would refuse this one.
   */
  private void beginAgain() {
    if (traces.remove(locks.postgresLeases())) {
      locks.release(locks.postgresLeases(), claim);
    }
    locks.abandon(claim, traces);
    traces.clear();
    claim = locks.newClaim(request);
    if (waiter != null) {
      waiter.close();
      beTold();
    }
  }

  /** Gives up the place in the queue, and what was granted unheard. */
  @Override
  public void close() {
    if (waiter != null) {
      waiter.close();
    }
    locks.abandon(claim, traces);
  }
}
