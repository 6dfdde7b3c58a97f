package io.skein.tasks;

import io.skein.postgres.Identifiers;
import io.skein.postgres.SqlTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The statements that write new tasks: {@code skein_enqueue} for each, and COPY for many at once
 * that ask nothing of other tasks.
 */
final class Enqueueing {
  /** From so many on COPY is faster; measured in docs/performance.md. */
  private static final int MANY = 32;

  /**
   * Characters; what is larger is measured by {@code skein_enqueue}, whose bound is of the bytes
   * that PostgreSQL makes of it.
   */
  private static final int LARGEST_COPIED_PAYLOAD = 1 << 16;

  private static final String COPY =
      "copy tasks (id, queue, type, payload, priority, state, max_attempts, retry_delay, soft_limit,"
          + " hard_limit, run_at, flow, tenant, correlation, created_at, expires_at,"
          + " concurrency_key, traceparent) from stdin (format binary)";

  private static final int COLUMNS = 18;

  private Enqueueing() {}

  /** Answers the ids in the order of the tasks: of the new one, or of the one that it repeats. */
  static List<TaskId> write(Handle handle, List<NewTask> tasks) {
    boolean copied = tasks.size() >= MANY && tasks.stream().allMatch(Enqueueing::standsAlone);
    return copied ? copy(handle, tasks) : call(handle, tasks);
  }

  private static boolean standsAlone(NewTask task) {
    return task.unique() == null
        && task.dependency().tasks().isEmpty()
        && task.payload().length() <= LARGEST_COPIED_PAYLOAD
        && !hasExponent(task.payload());
  }

  /** Whether a number has one: of {@code 1e9999} PostgreSQL writes all the digits. */
  private static boolean hasExponent(String json) {
    boolean inText = false;
    for (int i = 1; i < json.length(); i++) {
      char c = json.charAt(i - 1);
      if (inText && c == '\\') {
        i++;
      } else if (c == '"') {
        inText = !inText;
      } else if (!inText && c >= '0' && c <= '9' && (json.charAt(i) | 0x20) == 'e') {
        return true;
      }
    }
    return false;
  }

  private static List<TaskId> call(Handle handle, List<NewTask> tasks) {
    return handle
        .createQuery(
            """
            select skein_enqueue(n.queue, n.type, n.payload::jsonb, n.priority, n.run_at::timestamptz,
              n.delay * interval '1 ms', n.unique_key, n.flow, n.tenant, n.correlation,
              n.max_attempts, n.retry_delay * interval '1 ms', n.soft_limit * interval '1 ms',
              n.hard_limit * interval '1 ms', n.id, skein_now() + n.expiry * interval '1 ms',
              n.until_begun, n.period * interval '1 ms', n.concurrency_key, n.needs::uuid[],
              n.needs_end, n.traceparent) as id
            from unnest(:ids, :queues, :types, :payloads, :priorities, :runAts, :delays,
                   :uniqueKeys, :flows, :tenants, :correlations, :maxAttempts, :retryDelays,
                   :softLimits, :hardLimits, :expiries, :untilBegun, :periods, :concurrencyKeys,
                   :needs, :needsEnd, :traceparents)
                 with ordinality
                 as n(id, queue, type, payload, priority, run_at, delay, unique_key, flow, tenant,
                   correlation, max_attempts, retry_delay, soft_limit, hard_limit, expiry,
                   until_begun, period, concurrency_key, needs, needs_end, traceparent, position)
            order by n.position
            """)
        .bindArray("ids", UUID.class, column(tasks, Enqueueing::id))
        .bindArray("queues", String.class, column(tasks, NewTask::queue))
        .bindArray("types", String.class, column(tasks, NewTask::type))
        .bindArray("payloads", String.class, column(tasks, NewTask::payload))
        .bindArray("priorities", Integer.class, column(tasks, t -> t.priority().level()))
        .bindArray("runAts", String.class, column(tasks, Enqueueing::runAt))
        .bindArray("delays", Long.class, column(tasks, t -> t.delay().toMillis()))
        .bindArray("uniqueKeys", String.class, column(tasks, Enqueueing::uniqueKey))
        .bindArray("flows", UUID.class, column(tasks, NewTask::flow))
        .bindArray("tenants", String.class, column(tasks, NewTask::tenant))
        .bindArray("correlations", String.class, column(tasks, NewTask::correlation))
        .bindArray("maxAttempts", Integer.class, column(tasks, Enqueueing::maxAttempts))
        .bindArray("retryDelays", Long.class, column(tasks, Enqueueing::retryDelay))
        .bindArray("softLimits", Long.class, column(tasks, Enqueueing::softLimit))
        .bindArray("hardLimits", Long.class, column(tasks, Enqueueing::hardLimit))
        .bindArray("expiries", Long.class, column(tasks, Enqueueing::expiry))
        .bindArray("untilBegun", Boolean.class, column(tasks, Enqueueing::untilBegun))
        .bindArray("periods", Long.class, column(tasks, Enqueueing::period))
        .bindArray("concurrencyKeys", String.class, column(tasks, NewTask::concurrencyKey))
        .bindArray("needs", String.class, column(tasks, Enqueueing::needs))
        .bindArray("needsEnd", Boolean.class, column(tasks, Enqueueing::needsEnd))
        .bindArray("traceparents", String.class, column(tasks, NewTask::traceparent))
        .map((row, context) -> new TaskId(row.getObject("id", UUID.class)))
        .list();
  }

  private static List<TaskId> copy(Handle handle, List<NewTask> tasks) {
    Instant now = SqlTime.now(handle);
    Map<TypeRows.Kind, TypeDefaults> declared = TypeRows.learn(handle, tasks);
    List<TaskId> ids = new ArrayList<>(tasks.size());
    BinaryCopy rows = new BinaryCopy(COLUMNS, tasks.size() * 400);
    for (NewTask task : tasks) {
      TaskId id = task.id() == null ? new TaskId(Identifiers.next()) : task.id();
      ids.add(id);
      addRow(rows, id, task, chosen(task, declared), now);
    }
    try {
      PGConnection connection = handle.getConnection().unwrap(PGConnection.class);
      var written =
          connection.getCopyAPI().copyIn(COPY, new ByteArrayInputStream(rows.toByteArray()));
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException(e, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ids;
  }

  /** In the order of {@link #COPY}. */
  private static void addRow(
      BinaryCopy rows, TaskId id, NewTask task, TypeDefaults chosen, Instant now) {
    Instant due = (task.runAt() == null ? now : task.runAt()).plus(task.delay());
    rows.row()
        .uuid(id.value())
        .text(task.queue())
        .text(task.type())
        .jsonb(task.payload())
        .smallint(task.priority().level())
        .text(due.isAfter(now) ? "scheduled" : "queued")
        .integer(chosen.retries().maxAttempts())
        .interval(chosen.retries().delay())
        .interval(chosen.limits().soft())
        .interval(chosen.limits().hard())
        .timestamp(due)
        .uuid(task.flow())
        .text(task.tenant())
        .text(task.correlation())
        .timestamp(now)
        .timestamp(task.expiry() == null ? null : now.plus(task.expiry()))
        .text(task.concurrencyKey())
        .text(task.traceparent());
  }

  /** Of the task itself, else of its type. */
  private static TypeDefaults chosen(NewTask task, Map<TypeRows.Kind, TypeDefaults> declared) {
    TypeDefaults ofType = declared.getOrDefault(TypeRows.Kind.of(task), TypeDefaults.STANDARD);
    Retries retries = task.retries();
    TimeLimits limits = task.limits();
    return new TypeDefaults(
        retries == null ? ofType.retries() : retries, limits == null ? ofType.limits() : limits);
  }

  private static @Nullable Long retryDelay(NewTask task) {
    return task.retries() == null ? null : task.retries().delay().toMillis();
  }

  private static @Nullable Long softLimit(NewTask task) {
    return task.limits() == null ? null : task.limits().soft().toMillis();
  }

  private static @Nullable Long hardLimit(NewTask task) {
    return task.limits() == null ? null : task.limits().hard().toMillis();
  }

  private static @Nullable Integer maxAttempts(NewTask task) {
    return task.retries() == null ? null : task.retries().maxAttempts();
  }

  private static @Nullable UUID id(NewTask task) {
    return task.id() == null ? null : task.id().value();
  }

  private static @Nullable String runAt(NewTask task) {
    return task.runAt() == null ? null : task.runAt().toString();
  }

  private static @Nullable Long expiry(NewTask task) {
    return task.expiry() == null ? null : task.expiry().toMillis();
  }

  private static @Nullable String uniqueKey(NewTask task) {
    return task.unique() == null ? null : task.unique().key();
  }

  private static boolean untilBegun(NewTask task) {
    return task.unique() != null && task.unique().span() == Uniqueness.Span.UNTIL_BEGUN;
  }

  private static @Nullable Long period(NewTask task) {
    Uniqueness unique = task.unique();
    return unique == null || unique.period() == null ? null : unique.period().toMillis();
  }

  /** As the text of an array: arrays of arrays must not be of different lengths. */
  private static String needs(NewTask task) {
    StringBuilder ids = new StringBuilder("{");
    for (TaskId needed : task.dependency().tasks()) {
      ids.append(ids.length() == 1 ? "" : ",").append(needed);
    }
    return ids.append('}').toString();
  }

  private static boolean needsEnd(NewTask task) {
    return task.dependency().until() == Dependency.Until.ENDED;
  }

  private static <T extends @Nullable Object> List<T> column(
      List<NewTask> tasks, Function<NewTask, T> value) {
    return tasks.stream().map(value).toList();
  }
}
