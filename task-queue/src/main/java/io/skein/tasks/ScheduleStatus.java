package io.skein.tasks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as one statement saw it. Immutable.
 *
 * @param pausedAt since when it does not tick; null when it does
 * @param error why a worker has paused it: its row was changed into something that cannot be read
 * @param nextAt its next tick, when it is not paused
 * @param lastAt when the last tick was, or the last trigger, that became a task
 * @param lastTask that task
 */
public record ScheduleStatus(
    Schedule schedule,
    @Nullable Instant pausedAt,
    @Nullable String error,
    Instant nextAt,
    @Nullable Instant lastAt,
    @Nullable TaskId lastTask) {}
