package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators read: tasks by filter, their runs, who works. Thread safe. */
public final class TaskLists {
  private final Database database;

  TaskLists(Database database) {
    this.database = database;
  }

  /**
   * Tasks that meet the filter, newest first.
   *
   * @param after the last one of the page before; null for the first page
   * @param limit at most so many
   * @throws FilterTooWideException when it takes longer than five seconds
   */
  public List<Task> page(TaskFilter filter, @Nullable TaskId after, int limit) {
    TaskFilter.Condition condition = filter.condition();
    String behind = after == null ? "" : " and t.id < :after";
    return FilteredReads.read(
        database,
        handle -> {
          var query =
              handle
                  .createQuery(
                      "select "
                          + TaskRow.COLUMNS
                          + " from tasks t where "
                          + condition.sql()
                          + behind
                          + " order by t.id desc limit :limit")
                  .bindMap(condition.values())
                  .bind("limit", limit);
          if (after != null) {
            query.bind("after", after.value());
          }
          return query.map((row, context) -> TaskRow.read(row)).list();
        });
  }

  /**
   * How many tasks meet the filter now.
   *
   * @throws FilterTooWideException when it takes longer than five seconds
   */
  long count(TaskFilter filter) {
    TaskFilter.Condition condition = filter.condition();
    return FilteredReads.read(
        database,
        handle ->
            handle
                .createQuery("select count(*) from tasks t where " + condition.sql())
                .bindMap(condition.values())
                .mapTo(Long.class)
                .one());
  }

  /** The runs of a task, newest first; at most 1,000. Empty when it never ran, or is gone. */
  public List<Attempt> attempts(TaskId task) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select attempt, worker, started_at, ended_at, outcome, error, log from (
                  select lease, attempt, worker, started_at, ended_at, outcome, error, log
                  from task_attempts where task = :task
                  union all
                  select t.lease, t.attempt, t.worker, t.started_at, t.finished_at, t.state, t.error, t.log
                  from tasks t
                  where t.id = :task and t.started_at is not null
                    and (t.state = 'running' or t.finished_at is not null)
                    and not exists (
                      select from task_attempts a where a.task = t.id and a.lease = t.lease)) runs
                order by lease desc limit 1000
                """)
            .bind("task", task.value())
            .map((row, context) ->
                new Attempt(
                    row.getInt("attempt"),
                    row.getString("worker"),
                    Columns.instant(row, "started_at"),
                    Columns.instant(row, "ended_at"),
                    row.getString("outcome"),
                    row.getString("error"),
                    row.getString("log")))
            .list());
  }

  /** Who signed the roll within the last hour, by identity. */
  public List<WorkerStatus> workers() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select w.*, (
                  select count(*) from tasks t
                  where t.state = 'running' and t.worker = w.identity) as running
                from task_workers w order by w.identity
                """)
            .map((row, context) ->
                new WorkerStatus(
                    row.getString("identity"),
                    row.getString("name"),
                    List.of((String[]) row.getArray("queues").getArray()),
                    List.of((String[]) row.getArray("types").getArray()),
                    row.getInt("slots"),
                    row.getString("build"),
                    row.getBoolean("remote"),
                    row.getBoolean("draining"),
                    row.getObject("started_at", OffsetDateTime.class).toInstant(),
                    row.getObject("seen_at", OffsetDateTime.class).toInstant(),
                    row.getLong("running")))
            .list());
  }

  /**
   * Each type of a queue that is live or ended within the last hour, by name. What it costs is
   * bounded; it gives up after five seconds.
   */
  public List<TypeStatistics> statistics(String queue) {
    return database.inTransaction(tx -> TypeCounts.of(tx.handle(), queue));
  }
}
