package io.skein.limits;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits requests over all instances by one script call of Redis, on its clock. While the gate of
 * the feature is closed, or Redis does not answer, each instance limits by itself with its share:
 * never without a limit, never an exception. Around such a change a window may hold what Redis had
 * admitted and what the instances did, so at most twice the limit. Thread safe.
 */
public final class RateLimiter {
  private static final Logger LOG = LoggerFactory.getLogger(RateLimiter.class);

  private final FeatureGate gate;
  private final QuotaStore shared;
  private final LocalQuotas local;
  private final LongAdder decisions = new LongAdder();
  private final LongAdder locally = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

  /**
   * @param instances how many share the limits while Redis is away, this one included; asked at
   *     each such decision, so it must answer at once
   */
  public RateLimiter(RedisConnections redis, IntSupplier instances) {
    this.gate = redis.gate(Feature.RATE_LIMIT);
    this.shared = new RedisQuotas(redis);
    this.local = new LocalQuotas(instances, System::nanoTime);
  }

  /**
   * Takes one unit of the subject's quota under each policy, or of none of them.
   *
   * @throws IllegalArgumentException without policies, or with two of one name
   */
  public Decision tryAcquire(Subject subject, Policy... policies) {
    return tryAcquire(Arrays.stream(policies).map(policy -> new Quota(policy, subject)).toList());
  }

  /**
   * Takes one unit of each quota, or of none of them. Waits for Redis at most as long as its
   * settings say.
   *
   * @throws IllegalArgumentException without quotas, when they are of several groups, or when one
   *     is there twice
   */
  public Decision tryAcquire(List<Quota> quotas) {
    check(quotas);
    Decision decision = decide(quotas);
    decisions.increment();
    decision
        .refusals()
        .forEach(standing ->
            refused
                .computeIfAbsent(standing.quota().policy().name(), name -> new LongAdder())
                .increment());
    return decision;
  }

  private Decision decide(List<Quota> quotas) {
    if (gate.open()) {
      try {
        return shared.take(quotas);
      } catch (RedisAwayException e) {
        unanswered.increment();
        LOG.debug("Redis did not decide; this instance does for itself", e);
      }
    }
    locally.increment();
    return local.take(quotas);
  }

  private static void check(List<Quota> quotas) {
    if (quotas.isEmpty()) {
      throw new IllegalArgumentException("there is no quota to take from");
    }
    Subject first = quotas.getFirst().subject();
    for (int i = 1; i < quotas.size(); i++) {
      Quota quota = quotas.get(i);
      if (!quota.subject().group().equals(first.group())) {
        throw new IllegalArgumentException("the quotas are of several groups: " + quotas);
      }
      for (int before = 0; before < i; before++) {
        if (quotas.get(before).sameKey(quota)) {
          throw new IllegalArgumentException("a quota is there twice: " + quotas);
        }
      }
    }
  }

  /** What was decided since the start. */
  public LimitCounts counts() {
    return new LimitCounts(decisions.sum(), locally.sum(), unanswered.sum(), local.forgotten());
  }

  /** How many requests the policies of this name refused since the start. */
  public long refusals(String policy) {
    LongAdder count = refused.get(policy);
    return count == null ? 0 : count.sum();
  }
}
