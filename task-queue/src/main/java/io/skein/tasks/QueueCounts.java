package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks the queues have, at a cost that does not grow with them or with the tasks that
 * have ended: each part reads an index in its order, and at most as many entries as its bound says.
 */
final class QueueCounts {
  /** The most tasks of one state that are counted. */
  static final int MOST = 10_000;

  /** Tenants of a queue among whose tasks the oldest is looked for. */
  private static final int MOST_LANES = 1_000;

  /** The pairs of tasks that wait for each other of which those that wait are counted. */
  private static final int MOST_PAIRS = 10 * MOST;

  /** Tasks in a state that has an index over all queues; by queue and type. */
  static final String OVER_ALL_QUEUES =
      """
      (select queue, type, state, run_at from tasks
        where state = 'scheduled' order by run_at limit %1$d)
      union all
      (select queue, type, state, run_at from tasks
        where state = 'running' order by worker limit %1$d)
      union all
      (select queue, type, state, run_at from tasks
        where state = 'parked' order by type limit %1$d)
      union all
      (select t.queue, t.type, t.state, t.run_at from (
          select distinct d.task from (
            select task from task_dependencies order by task limit %2$d) d
          limit %1$d) w
        join tasks t on t.id = w.task where t.state = 'waiting')
      """
          .formatted(MOST, MOST_PAIRS);

  /** Those that a claim may take, in its order; then those that crashed twice and run alone. */
  static final String QUEUED =
      """
      (select queue, type, state, run_at from tasks c
        where c.queue = %2$s and c.state = 'queued' and c.crash_count < 2
        order by %3$s, c.priority, c.run_at limit %1$d)
      union all
      (select queue, type, state, run_at from tasks c
        where c.queue = %2$s and c.state = 'queued' and c.crash_count >= 2
        order by c.run_at limit %1$d)
      """
          .formatted(MOST, "%1$s", Lane.of("c"));

  /**
   * Columns queue, paused_at and limits, waits (seconds), state and n; queues without tasks too.
   */
  private static final String SELECT =
      """
      with recursive queues as (
        select known.queue from (
          select queue from task_types union select queue from task_types_noted
          union select queue from task_queues) known
        where cast(:one as text) is null or known.queue = :one),
      lane as (
        select q.queue, l.name, 1 as nth from queues q cross join lateral (
          select %5$s as name from tasks c
          where c.queue = q.queue and c.state = 'queued' and c.crash_count < 2
          order by %5$s limit 1) l
        union all
        select lane.queue, l.name, lane.nth + 1 from lane cross join lateral (
          select %5$s as name from tasks c
          where c.queue = lane.queue and c.state = 'queued' and c.crash_count < 2
            and %5$s > lane.name
          order by %5$s limit 1) l
        where lane.nth < %1$d),
      oldest as (
        select lane.queue, min(first.run_at) as run_at
        from lane cross join (values (0), (1), (2)) as p(level) cross join lateral (
          select c.run_at from tasks c
          where c.queue = lane.queue and c.state = 'queued' and c.crash_count < 2
            and %5$s = lane.name and c.priority = p.level
          order by c.run_at limit 1) first
        group by lane.queue),
      suspect as (
        select q.queue, s.run_at from queues q cross join lateral (
          select c.run_at from tasks c
          where c.queue = q.queue and c.state = 'queued' and c.crash_count >= 2
          order by c.run_at limit 1) s),
      counted as (
        select other.queue, other.state, count(*) as n from (%2$s) other group by 1, 2
        union all
        select q.queue, 'queued', q_n.n from queues q cross join lateral (
          select count(*) as n from (%3$s) c) q_n where q_n.n > 0
        union all
        select q.queue, 'dead', d.n from queues q cross join lateral (
          select count(*) as n from (
            select from tasks c where c.queue = q.queue and c.state in ('failed', 'dead')
            order by c.id limit %4$d) c) d where d.n > 0)
      select q.queue, l.paused_at, l.max_running, l.max_per_tenant, l.max_per_key, l.rate_limit,
        extract(epoch from l.rate_period) as rate_period, c.state, c.n,
        extract(epoch from skein_now() - least(oldest.run_at, suspect.run_at)) as waits
      from queues q
      left join task_queues l on l.queue = q.queue
      left join oldest on oldest.queue = q.queue
      left join suspect on suspect.queue = q.queue
      left join counted c on c.queue = q.queue
      """
          .formatted(MOST_LANES, OVER_ALL_QUEUES, QUEUED.formatted("q.queue"), MOST, Lane.of("c"));

  private QueueCounts() {}

  /** All queues, by name; in a transaction, whose statement timeout it sets. */
  static List<QueueStatus> of(Handle handle) {
    return of(handle, null);
  }

  /**
   * As {@link #of(Handle)}.
   *
   * @param one that queue alone; null for all
   */
  static List<QueueStatus> of(Handle handle, @Nullable String one) {
    bound(handle);
    Map<String, QueueStatus> byName = new TreeMap<>();
    handle
        .createQuery(SELECT)
        .bind("one", one)
        .map((row, context) -> row(row))
        .forEach(row -> byName.merge(row.queue(), row, QueueCounts::both));
    return List.copyOf(byName.values());
  }

  /**
   * For the rest of the transaction: read the indexes in their order up to the bounds, where the
   * planner may prefer a whole table that it takes for small, and do not compile what runs for less
   * time than that takes.
   */
  static void bound(Handle handle) {
    handle.execute("set local statement_timeout = '5s'");
    handle.execute("set local enable_seqscan = off");
    handle.execute("set local enable_bitmapscan = off");
    handle.execute("set local jit = off");
  }

  /** Rows of one queue differ in the state that they count. */
  private static QueueStatus both(QueueStatus one, QueueStatus other) {
    Map<TaskState, Long> live = new EnumMap<>(TaskState.class);
    live.putAll(one.live());
    live.putAll(other.live());
    return new QueueStatus(
        one.queue(),
        one.pausedAt(),
        one.limits(),
        live,
        one.dead() + other.dead(),
        one.oldestWait());
  }

  private static QueueStatus row(ResultSet row) throws SQLException {
    String stored = row.getString("state");
    TaskState state = stored == null ? null : TaskState.ofStored(stored);
    long n = row.getLong("n");
    double waits = Math.max(0, row.getDouble("waits"));
    return new QueueStatus(
        row.getString("queue"),
        Columns.instant(row, "paused_at"),
        limits(row),
        state != null && state.live() ? Map.of(state, n) : Map.of(),
        state == TaskState.DEAD ? n : 0,
        Duration.ofMillis((long) (waits * 1000)));
  }

  /** Reads one row alone. */
  static QueueRules rules(Handle handle, String queue) {
    return handle
        .createQuery(
            """
            select paused_at, max_running, max_per_tenant, max_per_key, rate_limit,
              extract(epoch from rate_period) as rate_period
            from task_queues where queue = :queue
            """)
        .bind("queue", queue)
        .map((row, context) -> new QueueRules(Columns.instant(row, "paused_at"), limits(row)))
        .findOne()
        .orElse(QueueRules.NONE);
  }

  private static QueueLimits limits(ResultSet row) throws SQLException {
    Integer starts = row.getObject("rate_limit", Integer.class);
    return new QueueLimits(
        row.getObject("max_running", Integer.class),
        row.getObject("max_per_tenant", Integer.class),
        row.getObject("max_per_key", Integer.class),
        starts == null ? null : new QueueLimits.Rate(starts, Columns.seconds(row, "rate_period")));
  }
}
