package io.skein.limits;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How many requests one subject may make in any window of time. Up to 1,000 each admission is
 * remembered and no window, wherever it begins, ever holds more than the limit. Above that the
 * admissions are spaced out (GCRA): over time exactly the limit, at once a tenth of it, so one
 * window may hold up to eleven tenths. Immutable.
 *
 * @param name in keys, headers and metrics: 1 to 100 printable ASCII characters without quotes and
 *     backslashes
 * @param limit 1 to 1,000,000
 * @param window 10 ms to a day
 * @param withoutRedis what each instance admits by itself while Redis is away
 */
public record Policy(String name, int limit, Duration window, WithoutRedis withoutRedis) {
  /** Up to here the log of admissions is exact, and small enough to be kept. */
  static final int LARGEST_LOG = 1_000;

  private static final int LARGEST = 1_000_000;
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Pattern NAME = Pattern.compile("[ -~&&[^\"\\\\]]{1,100}");

  public Policy {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a policy's name has 1 to 100 printable ASCII characters without quotes: " + name);
    }
    if (limit < 1 || limit > LARGEST) {
      throw new IllegalArgumentException("a limit is 1 to " + LARGEST + ", but this is " + limit);
    }
    if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a window is 10 ms to a day, but this is " + window);
    }
  }

  /** What an instance admits by itself. */
  public enum WithoutRedis {
    /** The limit divided by the instances. */
    SHARE(1),
    /**
     * A tenth of that: for what must not be tried twice as often because the count was lost, such
     * as credentials.
     */
    STRICT(10);

    private final int divisor;

    WithoutRedis(int divisor) {
      this.divisor = divisor;
    }
  }

  /** A policy that is shared out among the instances while Redis is away. */
  public static Policy of(String name, int limit, Duration window) {
    return new Policy(name, limit, window, WithoutRedis.SHARE);
  }

  /** The same, but {@link WithoutRedis#STRICT}. */
  public Policy strictWithoutRedis() {
    return new Policy(name, limit, window, WithoutRedis.STRICT);
  }

  /** Whether every admission is remembered. */
  boolean exact() {
    return limit <= LARGEST_LOG;
  }

  /** What one of so many instances admits by itself; never nothing. */
  int share(int instances) {
    return Math.max(1, limit / instances / withoutRedis.divisor);
  }
}
