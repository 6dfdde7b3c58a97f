package io.skein.tasks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to enqueue. Begins with {@link #of} and is refined by the {@code with…} methods. Immutable.
 *
 * @param id chosen by the caller, or null for a new one
 * @param queue which workers may take it
 * @param type which handler runs it
 * @param payload JSON text, at most 1 MiB
 * @param priority which of two due tasks runs first
 * @param runAt before which it does not run, by the clock of PostgreSQL; null for at once
 * @param delay how long it waits from then on
 * @param expiry how long after its enqueueing it is cancelled when it has not begun; null for never
 * @param unique which other task keeps it from being enqueued; null for none
 * @param dependency for what it waits before it is queued
 * @param concurrencyKey of the tasks with one key only so many run at once as {@link
 *     QueueLimits#maxPerKey} says
 * @param flow whose work this is, for {@link TaskQueue#liveOf} and {@link TaskQueue#cancel}
 * @param tenant whose data it touches; tenants take turns. Queue, type and tenant may have 200
 *     characters each, keys 500 bytes
 * @param correlation what the log lines and events of one request share
 * @param traceparent of the request that enqueues it (W3C Trace Context), for its handler
 * @param retries null for those of its type ({@link TaskHandler#defaults})
 * @param limits null for those of its type
 */
public record NewTask(
    @Nullable TaskId id,
    String queue,
    String type,
    String payload,
    Priority priority,
    @Nullable Instant runAt,
    Duration delay,
    @Nullable Duration expiry,
    @Nullable Uniqueness unique,
    Dependency dependency,
    @Nullable String concurrencyKey,
    @Nullable UUID flow,
    @Nullable String tenant,
    @Nullable String correlation,
    @Nullable String traceparent,
    @Nullable Retries retries,
    @Nullable TimeLimits limits) {

  public NewTask {
    if (queue.isBlank() || type.isBlank()) {
      throw new IllegalArgumentException("a task needs a queue and a type");
    }
    Names.check("the queue of a task", queue);
    Names.check("the type of a task", type);
    Names.check("the tenant of a task", tenant);
    Names.checkKey("the concurrency key of a task", concurrencyKey);
    if (delay.isNegative() || (expiry != null && expiry.isNegative())) {
      throw new IllegalArgumentException("neither a delay nor an expiry may be negative");
    }
  }

  /** A task of normal priority that may run at once, with the retries and limits of its type. */
  public static NewTask of(String queue, String type, String payload) {
    return new NewTask(
        null,
        queue,
        type,
        payload,
        Priority.NORMAL,
        null,
        Duration.ZERO,
        null,
        null,
        Dependency.NONE,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  public NewTask withId(TaskId chosen) {
    return with(draft -> draft.id = chosen);
  }

  public NewTask withPriority(Priority chosen) {
    return with(draft -> draft.priority = chosen);
  }

  public NewTask withRunAt(Instant chosen) {
    return with(draft -> draft.runAt = chosen);
  }

  public NewTask withDelay(Duration chosen) {
    return with(draft -> draft.delay = chosen);
  }

  public NewTask withExpiry(Duration chosen) {
    return with(draft -> draft.expiry = chosen);
  }

  /** One live task of this type has the key; {@link #withUnique} offers more. */
  public NewTask withUniqueKey(String chosen) {
    return withUnique(Uniqueness.untilEnded(chosen));
  }

  public NewTask withUnique(Uniqueness chosen) {
    return with(draft -> draft.unique = chosen);
  }

  /** Waits until all of these have succeeded; is cancelled when one ends otherwise. */
  public NewTask after(List<TaskId> tasks) {
    return with(draft -> draft.dependency = new Dependency(tasks, Dependency.Until.SUCCEEDED));
  }

  /** Waits until all of these have ended, however. */
  public NewTask afterEndOf(List<TaskId> tasks) {
    return with(draft -> draft.dependency = new Dependency(tasks, Dependency.Until.ENDED));
  }

  public NewTask withConcurrencyKey(String chosen) {
    return with(draft -> draft.concurrencyKey = chosen);
  }

  public NewTask withFlow(UUID chosen) {
    return with(draft -> draft.flow = chosen);
  }

  public NewTask withTenant(String chosen) {
    return with(draft -> draft.tenant = chosen);
  }

  public NewTask withCorrelation(@Nullable String chosen) {
    return with(draft -> draft.correlation = chosen);
  }

  public NewTask withTraceparent(@Nullable String chosen) {
    return with(draft -> draft.traceparent = chosen);
  }

  public NewTask withRetries(@Nullable Retries chosen) {
    return with(draft -> draft.retries = chosen);
  }

  public NewTask withLimits(@Nullable TimeLimits chosen) {
    return with(draft -> draft.limits = chosen);
  }

  /** Whether it is queued as soon as it is enqueued. */
  boolean mayRunAtOnce() {
    return delay.isZero() && runAt == null && dependency.tasks().isEmpty();
  }

  /** Shows no payload. */
  @Override
  public String toString() {
    return "NewTask[" + queue + ", " + type + ", unique=" + unique + ", flow=" + flow + "]";
  }

  private NewTask with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.task();
  }

  /** A copy on its way to be another one. */
  private static final class Draft {
    private final NewTask from;
    private @Nullable TaskId id;
    private Priority priority;
    private @Nullable Instant runAt;
    private Duration delay;
    private @Nullable Duration expiry;
    private @Nullable Uniqueness unique;
    private Dependency dependency;
    private @Nullable String concurrencyKey;
    private @Nullable UUID flow;
    private @Nullable String tenant;
    private @Nullable String correlation;
    private @Nullable String traceparent;
    private @Nullable Retries retries;
    private @Nullable TimeLimits limits;

    private Draft(NewTask from) {
      this.from = from;
      this.id = from.id;
      this.priority = from.priority;
      this.runAt = from.runAt;
      this.delay = from.delay;
      this.expiry = from.expiry;
      this.unique = from.unique;
      this.dependency = from.dependency;
      this.concurrencyKey = from.concurrencyKey;
      this.flow = from.flow;
      this.tenant = from.tenant;
      this.correlation = from.correlation;
      this.traceparent = from.traceparent;
      this.retries = from.retries;
      this.limits = from.limits;
    }

    private NewTask task() {
      return new NewTask(
          id,
          from.queue,
          from.type,
          from.payload,
          priority,
          runAt,
          delay,
          expiry,
          unique,
          dependency,
          concurrencyKey,
          flow,
          tenant,
          correlation,
          traceparent,
          retries,
          limits);
    }
  }
}
