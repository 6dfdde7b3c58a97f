package io.skein.locks;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One acquire with its waiting. Redis is asked first; one unanswered call is repeated, so that a
 * single slow answer does not split the lock over two stores; the second goes to PostgreSQL, and
 * what Redis may have granted unheard is released. Belongs to one thread.
 */
final class Acquire implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Acquire.class);
  private static final int UNANSWERED_CALLS = 2;
  private static final int POLL_MIN_MILLIS = 50;
  private static final int POLL_MAX_MILLIS = 150;

  private final Locks locks;
  private Claim claim;
  private @Nullable RedisReleaseWatch watch;

  /** Whether Redis may hold the claim without our knowing. */
  private boolean inDoubt;

  Acquire(Locks locks, LockName name, String holder, Duration ttl) {
    this.locks = locks;
    this.claim = locks.newClaim(name, holder, ttl);
  }

  Optional<Lease> within(Duration wait) throws InterruptedException {
    long deadline = locks.now() + wait.toNanos();
    while (true) {
      Optional<Lease> lease = attempt();
      long left = deadline - locks.now();
      if (lease.isPresent() || left <= 0) {
        return lease;
      }
      awaitRelease(left);
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
    if (inDoubt) {
      locks.abandon(claim);
    }
  }

  private Optional<Lease> attempt() {
    for (int unanswered = 0; unanswered < UNANSWERED_CALLS && locks.redisAvailable(); ) {
      try {
        Optional<Lease> lease = ask(locks.redisLeases());
        inDoubt = false;
        return lease;
      } catch (RedisAwayException e) {
        LOG.debug("Redis did not answer an acquire of {}", claim.name(), e);
        inDoubt = true;
        unanswered++;
      }
    }
    forgetDoubt();
    return ask(locks.postgresLeases());
  }

  private Optional<Lease> ask(LeaseStore store) {
    long askedAt = locks.now();
    return store.acquire(claim).map(fence -> locks.granted(claim, fence, store, askedAt));
  }

  /** The release that follows must not hit what the same owner gets later. */
  private void forgetDoubt() {
    if (inDoubt) {
      locks.abandon(claim);
      claim = locks.newClaim(claim.name(), claim.holder(), claim.ttl());
      inDoubt = false;
    }
  }

  private void awaitRelease(long leftNanos) throws InterruptedException {
    int poll = ThreadLocalRandom.current().nextInt(POLL_MIN_MILLIS, POLL_MAX_MILLIS);
    Duration pause = Duration.ofNanos(Math.min(leftNanos, Duration.ofMillis(poll).toNanos()));
    if (locks.redisAvailable()) {
      if (watch == null) {
        watch = locks.watch(claim.name());
      }
      watch.await(pause);
    } else {
      Thread.sleep(pause);
    }
  }
}
