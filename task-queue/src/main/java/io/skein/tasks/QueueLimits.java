package io.skein.tasks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much of a queue may run at once over all workers, and how fast tasks may start. Immutable.
 *
 * @param maxRunning of all its tasks; null for no limit, 0 lets none start
 * @param maxPerTenant of each tenant's, those without a tenant counting as one; null for no limit
 * @param maxPerKey of each {@link NewTask#concurrencyKey}; null for no limit
 * @param rate starts, evenly spread with a burst of as many; null for no limit
 */
public record QueueLimits(
    @Nullable Integer maxRunning,
    @Nullable Integer maxPerTenant,
    @Nullable Integer maxPerKey,
    @Nullable Rate rate) {
  public static final QueueLimits NONE = new QueueLimits(null, null, null, null);

  /** So many starts in each period. */
  public record Rate(int starts, Duration period) {
    public Rate {
      if (starts < 1 || period.isNegative() || period.isZero()) {
        throw new IllegalArgumentException("a rate is one start or more in a positive period");
      }
    }
  }

  public QueueLimits {
    if (maxRunning != null && maxRunning < 0) {
      throw new IllegalArgumentException("a queue cannot run less than no task at once");
    }
    if ((maxPerTenant != null && maxPerTenant < 1) || (maxPerKey != null && maxPerKey < 1)) {
      throw new IllegalArgumentException("a tenant or a key may run one task or more at once");
    }
  }

  public QueueLimits withMaxRunning(int most) {
    return new QueueLimits(most, maxPerTenant, maxPerKey, rate);
  }

  public QueueLimits withMaxPerTenant(int most) {
    return new QueueLimits(maxRunning, most, maxPerKey, rate);
  }

  public QueueLimits withMaxPerKey(int most) {
    return new QueueLimits(maxRunning, maxPerTenant, most, rate);
  }

  public QueueLimits withRate(int starts, Duration period) {
    return new QueueLimits(maxRunning, maxPerTenant, maxPerKey, new Rate(starts, period));
  }
}
