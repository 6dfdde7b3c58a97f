package io.skein.tasks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task. Immutable.
 *
 * @param attempt runs that counted against the retries up to this one, itself included
 * @param startedAt null when it was claimed and not begun
 * @param endedAt null while it runs
 * @param outcome how it ended: the task's state when it was the last run ({@code running} while it
 *     runs), else {@code retried}, {@code crashed}, {@code handed_back}, {@code postponed}, {@code
 *     snoozed} or {@code parked}
 * @param log the end of what it logged
 */
public record Attempt(
    int attempt,
    @Nullable String worker,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    String outcome,
    @Nullable String error,
    @Nullable String log) {}
