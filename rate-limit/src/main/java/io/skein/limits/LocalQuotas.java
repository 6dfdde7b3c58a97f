package io.skein.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Quotas of this process alone, with its share of each limit. Holds at most four million moments of
 * admissions (32 MB), or 40,000 subjects with a hundred each; past that the least used are
 * forgotten and counted. Thread safe.
 */
final class LocalQuotas implements QuotaStore {
  private static final long MOMENTS = 4_000_000;

  /** What a counter costs beside its moments, in moments. */
  private static final int OVERHEAD = 16;

  private static final int LOCKS = 64;

  private final IntSupplier instances;
  private final LongSupplier nanoTime;
  private final LongAdder forgotten = new LongAdder();
  private final Cache<Quota, Counter> counters;
  private final List<ReentrantLock> locks =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  LocalQuotas(IntSupplier instances, LongSupplier nanoTime) {
    this(instances, nanoTime, MOMENTS);
  }

  LocalQuotas(IntSupplier instances, LongSupplier nanoTime, long moments) {
    this.instances = instances;
    this.nanoTime = nanoTime;
    this.counters =
        Caffeine.newBuilder()
            .maximumWeight(moments)
            .weigher((Quota quota, Counter counter) -> weight(quota.policy()))
            // An idle window leaves nothing to remember.
            .expireAfter(Expiry.<Quota, Counter>accessing((quota, counter) -> idle(quota)))
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .removalListener((quota, counter, cause) -> count(cause))
            .build();
  }

  @Override
  public Decision take(List<Quota> quotas) {
    int among = Math.max(1, instances.getAsInt());
    ReentrantLock lock = lockOf(quotas.getFirst().subject());
    lock.lock();
    try {
      return takeAlone(quotas, among, nanoTime.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  long forgotten() {
    return forgotten.sum();
  }

  private Decision takeAlone(List<Quota> quotas, int among, long now) {
    List<Counter> found = new ArrayList<>(quotas.size());
    boolean allowed = true;
    for (Quota quota : quotas) {
      Counter counter = counters.get(quota, missing -> counterOf(missing.policy(), now));
      found.add(counter);
      allowed &= counter.remaining(quota.policy().share(among), now) > 0;
    }
    List<Decision.Standing> standings = new ArrayList<>(quotas.size());
    for (int i = 0; i < quotas.size(); i++) {
      Quota quota = quotas.get(i);
      int share = quota.policy().share(among);
      Counter counter = found.get(i);
      if (allowed) {
        counter.admit(share, now);
      }
      standings.add(
          new Decision.Standing(
              quota,
              counter.remaining(share, now),
              Duration.ofNanos(counter.nanosToReset(share, now))));
    }
    return new Decision(allowed, standings, Decision.Source.LOCAL, Duration.ofNanos(now));
  }

  /** All quotas of a call are of one group, so one lock is enough for them. */
  private ReentrantLock lockOf(Subject subject) {
    return locks.get(Math.floorMod(subject.group().hashCode(), LOCKS));
  }

  private static Counter counterOf(Policy policy, long now) {
    long window = policy.window().toNanos();
    return policy.exact() ? new SlidingLog(window) : new VirtualSchedule(window, now);
  }

  private static int weight(Policy policy) {
    return OVERHEAD + (policy.exact() ? policy.limit() : 0);
  }

  private static Duration idle(Quota quota) {
    return quota.policy().window();
  }

  private void count(RemovalCause cause) {
    if (cause == RemovalCause.SIZE) {
      forgotten.increment();
    }
  }
}
