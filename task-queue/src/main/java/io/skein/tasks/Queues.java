package io.skein.tasks;

import io.skein.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What operators say about queues, and see of them. It holds from the next claim of any worker on:
 * what runs is not stopped. Thread safe.
 */
public final class Queues {
  private final Database database;

  Queues(Database database) {
    this.database = database;
  }

  /** From now on no task of it starts. */
  public void pause(String queue) {
    change(
        queue,
        "insert into task_queues (queue, paused_at) values (:queue, skein_now())"
            + " on conflict (queue) do update"
            + " set paused_at = coalesce(task_queues.paused_at, excluded.paused_at)");
  }

  /** Its tasks start again; workers look within their claim interval. */
  public void resume(String queue) {
    change(queue, "update task_queues set paused_at = null where queue = :queue");
  }

  /** Replaces the limits of a queue. */
  public void limit(String queue, QueueLimits limits) {
    QueueLimits.Rate rate = limits.rate();
    database.useTransaction(tx ->
        tx.handle()
            .createUpdate(
                """
                insert into task_queues
                  (queue, max_running, max_per_tenant, max_per_key, rate_limit, rate_period)
                values (:queue, :maxRunning, :maxPerTenant, :maxPerKey, :starts,
                  :period * interval '1 ms')
                on conflict (queue) do update set max_running = excluded.max_running,
                  max_per_tenant = excluded.max_per_tenant, max_per_key = excluded.max_per_key,
                  rate_limit = excluded.rate_limit, rate_period = excluded.rate_period,
                  rate_next = null
                """)
            .bind("queue", checked(queue))
            .bind("maxRunning", limits.maxRunning())
            .bind("maxPerTenant", limits.maxPerTenant())
            .bind("maxPerKey", limits.maxPerKey())
            .bind("starts", rate == null ? null : rate.starts())
            .bind("period", rate == null ? null : rate.period().toMillis())
            .execute());
  }

  /** One queue; empty when nothing was ever said about it and it has no live task. */
  public Optional<QueueStatus> find(String queue) {
    return list().stream().filter(status -> status.queue().equals(queue)).findFirst();
  }

  /** All queues that have live tasks or of which something was said, by name. */
  public List<QueueStatus> list() {
    List<Row> rows =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    with counted as (
                      select queue, state, count(*) as n,
                        min(run_at) filter (where state = 'queued') as due
                      from tasks
                      where state in ('waiting', 'scheduled', 'queued', 'parked', 'running')
                      group by queue, state)
                    select coalesce(q.queue, c.queue) as queue, q.paused_at, q.max_running,
                      q.max_per_tenant, q.max_per_key, q.rate_limit,
                      extract(epoch from q.rate_period) as rate_period, c.state, c.n,
                      extract(epoch from skein_now() - c.due) as waits
                    from task_queues q full join counted c on c.queue = q.queue
                    """)
                .map((row, context) -> row(row))
                .list());
    Map<String, QueueStatus> byName = new TreeMap<>();
    rows.forEach(row -> byName.merge(row.queue(), row.status(), Queues::both));
    return List.copyOf(byName.values());
  }

  private void change(String queue, String statement) {
    database.useTransaction(
        tx -> tx.handle().createUpdate(statement).bind("queue", checked(queue)).execute());
  }

  private static String checked(String queue) {
    if (queue.isBlank() || queue.indexOf('\u0000') >= 0) {
      throw new IllegalArgumentException("a queue has a name");
    }
    return queue;
  }

  private static QueueStatus both(QueueStatus one, QueueStatus other) {
    Map<TaskState, Long> live = new EnumMap<>(TaskState.class);
    live.putAll(one.live());
    live.putAll(other.live());
    Duration longest =
        one.oldestWait().compareTo(other.oldestWait()) > 0 ? one.oldestWait() : other.oldestWait();
    return new QueueStatus(one.queue(), one.pausedAt(), one.limits(), live, longest);
  }

  /** One state of one queue. */
  private record Row(String queue, QueueStatus status) {}

  private static Row row(ResultSet row) throws SQLException {
    String queue = row.getString("queue");
    String state = row.getString("state");
    Map<TaskState, Long> live =
        state == null ? Map.of() : Map.of(TaskState.ofStored(state), row.getLong("n"));
    double waits = Math.max(0, row.getDouble("waits"));
    return new Row(
        queue,
        new QueueStatus(
            queue,
            instant(row, "paused_at"),
            limits(row),
            live,
            Duration.ofMillis((long) (waits * 1000))));
  }

  private static QueueLimits limits(ResultSet row) throws SQLException {
    Integer starts = row.getObject("rate_limit", Integer.class);
    return new QueueLimits(
        row.getObject("max_running", Integer.class),
        row.getObject("max_per_tenant", Integer.class),
        row.getObject("max_per_key", Integer.class),
        starts == null
            ? null
            : new QueueLimits.Rate(
                starts,
                Duration.ofMillis(
                    Objects.requireNonNull(row.getBigDecimal("rate_period"))
                        .movePointRight(3)
                        .longValue())));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
