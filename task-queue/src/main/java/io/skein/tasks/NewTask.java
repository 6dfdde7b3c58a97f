package io.skein.tasks;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What to enqueue. Begins with {@link #of} and is refined by the {@code with…} methods. Immutable.
 *
 * @param id chosen by the caller, or null for a new one
 * @param queue which workers may take it
 * @param type which handler runs it
 * @param payload JSON text, at most 1 MiB
 * @param priority which of two due tasks runs first
 * @param delay how long it waits before its first run
 * @param uniqueKey at most one live task of this type has it; null for no such rule
 * @param flow whose work this is, for {@link TaskQueue#liveOf} and {@link TaskQueue#cancel}
 * @param tenant whose data it touches
 * @param correlation what the log lines and events of one request share
 */
public record NewTask(
    @Nullable TaskId id,
    String queue,
    String type,
    String payload,
    Priority priority,
    Duration delay,
    @Nullable String uniqueKey,
    @Nullable UUID flow,
    @Nullable String tenant,
    @Nullable String correlation,
    Retries retries,
    TimeLimits limits) {

  public NewTask {
    if (queue.isBlank() || type.isBlank()) {
      throw new IllegalArgumentException("a task needs a queue and a type");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("a delay must not be negative, but is " + delay);
    }
  }

  /** A task of normal priority that may run at once, with the default retries and limits. */
  public static NewTask of(String queue, String type, String payload) {
    return new NewTask(
        null,
        queue,
        type,
        payload,
        Priority.NORMAL,
        Duration.ZERO,
        null,
        null,
        null,
        null,
        Retries.DEFAULT,
        TimeLimits.DEFAULT);
  }

  public NewTask withId(TaskId chosen) {
    return new NewTask(
        chosen,
        queue,
        type,
        payload,
        priority,
        delay,
        uniqueKey,
        flow,
        tenant,
        correlation,
        retries,
        limits);
  }

  public NewTask withPriority(Priority chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        chosen,
        delay,
        uniqueKey,
        flow,
        tenant,
        correlation,
        retries,
        limits);
  }

  public NewTask withDelay(Duration chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        chosen,
        uniqueKey,
        flow,
        tenant,
        correlation,
        retries,
        limits);
  }

  public NewTask withUniqueKey(String chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        delay,
        chosen,
        flow,
        tenant,
        correlation,
        retries,
        limits);
  }

  public NewTask withFlow(UUID chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        delay,
        uniqueKey,
        chosen,
        tenant,
        correlation,
        retries,
        limits);
  }

  public NewTask withTenant(String chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        delay,
        uniqueKey,
        flow,
        chosen,
        correlation,
        retries,
        limits);
  }

  public NewTask withCorrelation(@Nullable String chosen) {
    return new NewTask(
        id, queue, type, payload, priority, delay, uniqueKey, flow, tenant, chosen, retries,
        limits);
  }

  public NewTask withRetries(Retries chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        delay,
        uniqueKey,
        flow,
        tenant,
        correlation,
        chosen,
        limits);
  }

  public NewTask withLimits(TimeLimits chosen) {
    return new NewTask(
        id,
        queue,
        type,
        payload,
        priority,
        delay,
        uniqueKey,
        flow,
        tenant,
        correlation,
        retries,
        chosen);
  }

  /** Shows no payload. */
  @Override
  public String toString() {
    return "NewTask[" + queue + ", " + type + ", uniqueKey=" + uniqueKey + ", flow=" + flow + "]";
  }
}
