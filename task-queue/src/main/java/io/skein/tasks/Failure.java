package io.skein.tasks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is written about a run that did not succeed. Immutable.
 *
 * @param error why, at most {@link LeasedWrites#ERROR_BOUND} characters of it
 * @param log the end of what it logged
 * @param delay before the next run, where one follows; null for the task's own
 */
record Failure(String error, @Nullable String log, @Nullable Duration delay) {
  static Failure of(String error, Run run) {
    return new Failure(error, run.log(), null);
  }

  Failure withError(String chosen) {
    return new Failure(chosen, log, delay);
  }

  Failure withDelay(@Nullable Duration chosen) {
    return new Failure(error, log, chosen);
  }
}
