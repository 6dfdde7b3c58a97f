package io.skein.tasks;

import java.time.Duration;

/**
 * How long one run may take.
 *
 * @param soft past it the handler is asked to stop, and interrupted when it does not
 * @param hard past it the lease is revoked, the task fails and its thread is abandoned
 */
public record TimeLimits(Duration soft, Duration hard) {
  /** What PostgreSQL is told, which gets milliseconds. */
  private static final Duration SHORTEST = Duration.ofMillis(1);

  static final Duration LONGEST = Duration.ofDays(36_500);

  /** 25 and 30 minutes. */
  public static final TimeLimits DEFAULT = of(Duration.ofMinutes(30));

  public TimeLimits {
    if (soft.compareTo(SHORTEST) < 0 || hard.compareTo(soft) < 0 || hard.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "time limits must be a millisecond to 36,500 days and the hard one not below the soft"
              + " one, but are "
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

  /** Those nearest to what is stored. */
  static TimeLimits ofStored(Duration soft, Duration hard) {
    Duration most = within(hard, LONGEST);
    return new TimeLimits(within(soft, most), most);
  }

  private static Duration within(Duration stored, Duration most) {
    Duration least = stored.compareTo(SHORTEST) < 0 ? SHORTEST : stored;
    return least.compareTo(most) > 0 ? most : least;
  }
}
