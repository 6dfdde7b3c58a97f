package io.skein.tasks;

import java.time.Duration;

/**
 * How often a task is run when it fails, and how long it waits in between.
 *
 * @param maxAttempts runs altogether, at least 1
 * @param delay before the second run; doubles before each further one; ±10 % jitter
 */
public record Retries(int maxAttempts, Duration delay) {
  private static final Duration LONGEST = TimeLimits.LONGEST;

  /** A first run and three retries after 60, 120 and 240 s. */
  public static final Retries DEFAULT = new Retries(4, Duration.ofSeconds(60));

  /** One run, no retry. */
  public static final Retries NONE = new Retries(1, Duration.ZERO);

  public Retries {
    if (maxAttempts < 1 || delay.isNegative() || delay.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a task needs at least one attempt and a delay of 0 to 36,500 days, not "
              + maxAttempts
              + " and "
              + delay);
    }
  }

  /** Those nearest to what is stored. */
  static Retries ofStored(int maxAttempts, Duration delay) {
    Duration least = delay.isNegative() ? Duration.ZERO : delay;
    return new Retries(Math.max(1, maxAttempts), least.compareTo(LONGEST) > 0 ? LONGEST : least);
  }
}
