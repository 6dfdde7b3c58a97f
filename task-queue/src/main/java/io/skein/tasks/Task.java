package io.skein.tasks;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A task as one statement saw it. Immutable.
 *
 * @param payload JSON text
 * @param attempt runs that count against the retries, the present one included; 0 before the first
 * @param crashes runs that ended with their worker; they do not count against the retries
 * @param runAt when it may run, or could
 * @param worker who runs it now, or ran it last
 * @param waitsFor how many other tasks must end before it is queued
 * @param progress percent, as its handler says
 * @param details JSON text that a run left for the next one
 * @param log the end of what the last run that ended had logged
 * @param result JSON text that the handler left
 * @param error why the last run did not succeed
 * @param startedAt of the last run
 */
public record Task(
    TaskId id,
    String queue,
    String type,
    String payload,
    Priority priority,
    TaskState state,
    int attempt,
    Retries retries,
    TimeLimits limits,
    int crashes,
    Instant runAt,
    @Nullable String worker,
    @Nullable String uniqueKey,
    @Nullable UUID flow,
    @Nullable String tenant,
    @Nullable String correlation,
    @Nullable String concurrencyKey,
    @Nullable String traceparent,
    int waitsFor,
    @Nullable Integer progress,
    @Nullable String details,
    @Nullable String log,
    @Nullable String result,
    @Nullable String error,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt) {

  /** Whether the present run is the last that counts. */
  boolean onLastAttempt() {
    return attempt >= retries.maxAttempts();
  }

  /** Shows neither payload nor result. */
  @Override
  public String toString() {
    return "Task[" + id + ", " + queue + ", " + type + ", " + state + ", attempt=" + attempt + "]";
  }
}
