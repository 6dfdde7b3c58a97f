package io.skein.tasks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as one statement saw it. Immutable.
 *
 * @param tenant whose data its tasks touch
 * @param schedule null when its row was changed into something that cannot be read
 * @param pausedAt since when it does not tick; null when it does
 * @param error why it cannot be read, or why a worker has paused it: it could not become a task
 * @param nextAt its next tick, when it is not paused
 * @param lastAt when the last tick was, or the last trigger, that became a task
 * @param lastTask that task
 */
public record ScheduleStatus(
    String name,
    @Nullable String tenant,
    @Nullable Schedule schedule,
    @Nullable Instant pausedAt,
    @Nullable String error,
    Instant nextAt,
    @Nullable Instant lastAt,
    @Nullable TaskId lastTask) {

  /**
   * The schedule, for who cannot go on without it.
   *
   * @throws IllegalArgumentException when it cannot be read, saying why
   */
  Schedule readable() {
    if (schedule == null) {
      throw new IllegalArgumentException(error);
    }
    return schedule;
  }
}
