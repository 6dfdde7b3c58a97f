package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * How a row of {@code tasks} is read: whatever it holds, since one that cannot be read would stop
 * its queue.
 */
final class TaskRow {
  /** What {@link #read} needs, for a table or alias {@code t}. */
  static final String COLUMNS =
      """
      t.id, t.queue, t.type, t.payload::text as payload, t.priority, t.state, t.attempt,
      t.max_attempts, extract(epoch from t.retry_delay) as retry_delay,
      extract(epoch from t.soft_limit) as soft_limit, extract(epoch from t.hard_limit) as hard_limit,
      t.crash_count, t.run_at, t.worker, t.unique_key, t.flow, t.tenant, t.correlation,
      t.concurrency_key, t.traceparent, t.waits_for, t.progress, t.details::text as details, t.log,
      t.result::text as result, t.error, t.created_at, t.started_at, t.finished_at, t.lease
      """;

  private TaskRow() {}

  static Task read(ResultSet row) throws SQLException {
    return new Task(
        new TaskId(row.getObject("id", UUID.class)),
        row.getString("queue"),
        row.getString("type"),
        row.getString("payload"),
        Priority.ofLevel(row.getInt("priority")),
        TaskState.ofStored(row.getString("state")),
        row.getInt("attempt"),
        Retries.ofStored(row.getInt("max_attempts"), Columns.seconds(row, "retry_delay")),
        TimeLimits.ofStored(Columns.seconds(row, "soft_limit"), Columns.seconds(row, "hard_limit")),
        row.getInt("crash_count"),
        row.getObject("run_at", OffsetDateTime.class).toInstant(),
        row.getString("worker"),
        row.getString("unique_key"),
        row.getObject("flow", UUID.class),
        row.getString("tenant"),
        row.getString("correlation"),
        row.getString("concurrency_key"),
        row.getString("traceparent"),
        row.getInt("waits_for"),
        row.getObject("progress", Integer.class),
        row.getString("details"),
        row.getString("log"),
        row.getString("result"),
        row.getString("error"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Columns.instant(row, "started_at"),
        Columns.instant(row, "finished_at"));
  }
}
