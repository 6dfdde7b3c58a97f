package io.skein.tasks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is written about a run that did not succeed. Immutable.
 *
 * @param error why, at most {@link ErrorText#BOUND} characters of it
 * @param log the end of what it logged
 * @param delay before the next run, where one follows, at most {@link #LONGEST_DELAY}; null for the
 *     task's own
 */
record Failure(String error, @Nullable String log, @Nullable Duration delay) {
  /**
   * Ten years. Past the year 294276 PostgreSQL has no time, past 292 years a long no nanoseconds.
   */
  static final Duration LONGEST_DELAY = Duration.ofDays(3_653);

  Failure {
    error = ErrorText.storable(error);
    delay = delay == null ? null : bounded(delay);
  }

  static Failure of(String error, Run run) {
    return new Failure(error, run.log(), null);
  }

  /** The delay, or the longest one. */
  static Duration bounded(Duration delay) {
    return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
  }

  Failure withDelay(@Nullable Duration chosen) {
    return new Failure(error, log, chosen);
  }
}
