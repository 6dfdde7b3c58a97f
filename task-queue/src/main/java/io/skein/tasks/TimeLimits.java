package io.skein.tasks;

import java.time.Duration;

/**
 * How long one run may take.
 *
 * @param soft past it the handler is asked to stop, and interrupted when it does not
 * @param hard past it the lease is revoked, the task fails and its thread is abandoned
 */
public record TimeLimits(Duration soft, Duration hard) {
  /** 25 and 30 minutes. */
  public static final TimeLimits DEFAULT = of(Duration.ofMinutes(30));

  public TimeLimits {
    if (soft.isNegative() || soft.isZero() || hard.compareTo(soft) < 0) {
      throw new IllegalArgumentException(
          "time limits must be positive and the hard one not below the soft one, but are "
              + soft
              + " and "
              + hard);
    }
  }

  /** What the error of a task says that passed the hard limit. */
  String hardPassed() {
    return "ran longer than its hard time limit " + hard;
  }

  /** The hard limit, with the soft one at five sixths of it. */
  public static TimeLimits of(Duration hard) {
    return new TimeLimits(hard.multipliedBy(5).dividedBy(6), hard);
  }
}
