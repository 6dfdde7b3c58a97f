package io.skein.tasks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which other task of the same type and key keeps a new one from being enqueued; PostgreSQL
 * decides. Immutable.
 *
 * @param key never blank, at most 500 bytes
 * @param period only for {@link Span#PERIOD}, positive
 */
public record Uniqueness(String key, Span span, @Nullable Duration period) {
  /** For how long a task keeps its key. */
  public enum Span {
    /** Until its first run begins: what changed since then needs a new task. */
    UNTIL_BEGUN,
    /** Until it has ended, its retries included. */
    UNTIL_ENDED,
    /** For a time from its enqueueing, whatever becomes of it. */
    PERIOD
  }

  public Uniqueness {
    if (key.isBlank()) {
      throw new IllegalArgumentException("a unique key must not be blank");
    }
    Names.checkKey("a unique key", key);
    if ((span == Span.PERIOD) != (period != null)
        || (period != null && (period.isNegative() || period.isZero()))) {
      throw new IllegalArgumentException("a period, and only a period, needs a positive time");
    }
  }

  public static Uniqueness untilBegun(String key) {
    return new Uniqueness(key, Span.UNTIL_BEGUN, null);
  }

  public static Uniqueness untilEnded(String key) {
    return new Uniqueness(key, Span.UNTIL_ENDED, null);
  }

  public static Uniqueness inPeriod(String key, Duration period) {
    return new Uniqueness(key, Span.PERIOD, period);
  }
}
