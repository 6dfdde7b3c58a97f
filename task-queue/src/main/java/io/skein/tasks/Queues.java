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
  /** Tasks that {@link #depths} counts at most of each kind. */
  public static final int MOST_COUNTED = 10_000;

  /** Tenants of a queue among whose tasks the oldest is looked for. */
  private static final int MOST_LANES = 1_000;

  /** Each part reads an index, and at most as many entries as its bound says. */
  private static final String DEPTHS =
      """
      with recursive queues as (select distinct queue from task_types),
      lane as (
        select q.queue, l.name, 1 as nth from queues q cross join lateral (
          select coalesce(c.tenant, '') collate "C" as name from tasks c
          where c.queue = q.queue and c.state = 'queued' and c.crash_count < 2
          order by coalesce(c.tenant, '') collate "C" limit 1) l
        union all
        select lane.queue, l.name, lane.nth + 1 from lane cross join lateral (
          select coalesce(c.tenant, '') collate "C" as name from tasks c
          where c.queue = lane.queue and c.state = 'queued' and c.crash_count < 2
            and (coalesce(c.tenant, '') collate "C") > lane.name
          order by coalesce(c.tenant, '') collate "C" limit 1) l
        where lane.nth < :lanes),
      oldest as (
        select lane.queue, min(first.run_at) as run_at
        from lane cross join (values (0), (1), (2)) as p(level) cross join lateral (
          select c.run_at from tasks c
          where c.queue = lane.queue and c.state = 'queued' and c.crash_count < 2
            and (coalesce(c.tenant, '') collate "C") = lane.name and c.priority = p.level
          order by c.run_at limit 1) first
        group by lane.queue),
      scheduled as (
        select s.queue, count(*) as n from (
          select queue from tasks where state = 'scheduled' order by run_at limit :bound) s
        group by s.queue),
      running as (
        select r.queue, count(*) as n from (
          select queue from tasks where state = 'running' order by worker limit :bound) r
        group by r.queue),
      parked as (
        select p.queue, count(*) as n from (
          select queue from tasks where state = 'parked' order by type limit :bound) p
        group by p.queue)
      select q.queue, o.n as queued,
        coalesce(extract(epoch from skein_now() - oldest.run_at), 0) as waits,
        coalesce(s.n, 0) as scheduled, coalesce(r.n, 0) as running, coalesce(p.n, 0) as parked
      from queues q
      cross join lateral (
        select count(*) as n from (
          select from tasks c
          where c.queue = q.queue and c.state = 'queued' and c.crash_count < 2 limit :bound) c) o
      left join oldest on oldest.queue = q.queue
      left join scheduled s on s.queue = q.queue
      left join running r on r.queue = q.queue
      left join parked p on p.queue = q.queue
      order by q.queue
      """;

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

  /**
   * How full the queues are that any task was ever enqueued to, at a bounded cost however full they
   * are: for figures that are asked for all the time. Ends itself after five seconds.
   */
  public List<QueueDepth> depths() {
    return database.inTransaction(tx -> {
      tx.handle().execute("set local statement_timeout = '5s'");
      return tx.handle()
          .createQuery(DEPTHS)
          .bind("bound", MOST_COUNTED)
          .bind("lanes", MOST_LANES)
          .map((row, context) ->
              new QueueDepth(
                  row.getString("queue"),
                  row.getLong("queued"),
                  Duration.ofMillis((long) (Math.max(0, row.getDouble("waits")) * 1000)),
                  row.getLong("scheduled"),
                  row.getLong("running"),
                  row.getLong("parked")))
          .list();
    });
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
