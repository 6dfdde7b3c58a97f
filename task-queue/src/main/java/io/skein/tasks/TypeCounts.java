package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Figures of each type of a queue, at a bounded cost: the live ones are counted as {@link
 * QueueCounts} does, and of what ended the latest is read, through indexes over all queues. The
 * span is shorter where that is not the whole hour, and the answer says so.
 */
final class TypeCounts {
  /** Ended tasks that are read for one answer. */
  private static final int MOST_ENDED = 50_000;

  /** Ended runs that were not the last of their task, likewise. */
  private static final int MOST_ATTEMPTS = 10_000;

  private static final String SELECT =
      """
      with clock as materialized (select skein_now() as at),
      counted as (
        select * from (%1$s) other where other.queue = :queue
        union all
        select * from (%2$s) queued),
      states as (
        select type, state, count(*) as n, min(run_at) filter (where state = 'queued') as due
        from counted group by type, state),
      lives as (
        select type, array_agg(state) as states, array_agg(n) as counts, min(due) as due
        from states group by type),
      last_runs as materialized (
        select queue, type, state as outcome, started_at, finished_at as ended_at from tasks
        where finished_at > (select clock.at - interval '1 hour' from clock)
        order by finished_at desc limit :ended),
      other_runs as materialized (
        select task, outcome, started_at, ended_at from task_attempts
        where ended_at > (select clock.at - interval '1 hour' from clock)
        order by ended_at desc limit :attempts),
      span as (
        select greatest(
          (select clock.at - interval '1 hour' from clock),
          (select min(ended_at) from last_runs having count(*) = :ended),
          (select min(ended_at) from other_runs having count(*) = :attempts)) as since),
      runs as (
        select r.type, r.outcome, r.ended_at,
          extract(epoch from r.ended_at - r.started_at)::float8 as seconds
        from (
          select type, outcome, started_at, ended_at from last_runs where queue = :queue
          union all
          select t.type, o.outcome, o.started_at, o.ended_at
          from other_runs o join tasks t on t.id = o.task where t.queue = :queue) r
        where r.started_at is not null and r.ended_at >= (select since from span)),
      ends as (
        select type,
          count(*) filter (where outcome = 'succeeded') as succeeded,
          count(*) filter (where outcome in ('failed', 'dead')) as failed,
          count(*) filter (where outcome = 'retried') as retried,
          count(*) filter (where outcome = 'crashed') as crashed,
          avg(seconds) as mean,
          percentile_cont(array[0.5, 0.95]) within group (order by seconds) as parts
        from runs group by type)
      select coalesce(l.type, e.type) as type,
        coalesce(l.states, '{}') as states, coalesce(l.counts, '{}') as counts,
        extract(epoch from (select clock.at from clock) - l.due)::float8 as waits,
        (select since from span) as since,
        coalesce(e.succeeded, 0) as succeeded, coalesce(e.failed, 0) as failed,
        coalesce(e.retried, 0) as retried, coalesce(e.crashed, 0) as crashed,
        e.mean, e.parts[1] as median, e.parts[2] as p95
      from lives l full join ends e on e.type = l.type order by 1
      """
          .formatted(QueueCounts.OVER_ALL_QUEUES, QueueCounts.QUEUED.formatted(":queue"));

  private TypeCounts() {}

  /** By name; in a transaction, whose statement timeout it sets. */
  static List<TypeStatistics> of(Handle handle, String queue) {
    QueueCounts.bound(handle);
    return handle
        .createQuery(SELECT)
        .bind("queue", queue)
        .bind("ended", MOST_ENDED)
        .bind("attempts", MOST_ATTEMPTS)
        .map((row, context) ->
            new TypeStatistics(
                queue, row.getString("type"), live(row), seconds(row, "waits"), ended(row)))
        .list();
  }

  private static TypeStatistics.Ended ended(ResultSet row) throws SQLException {
    return new TypeStatistics.Ended(
        row.getObject("since", OffsetDateTime.class).toInstant(),
        row.getLong("succeeded"),
        row.getLong("failed"),
        row.getLong("retried"),
        row.getLong("crashed"),
        seconds(row, "mean"),
        seconds(row, "median"),
        seconds(row, "p95"));
  }

  private static Map<TaskState, Long> live(ResultSet row) throws SQLException {
    String[] states = (String[]) row.getArray("states").getArray();
    Long[] counts = (Long[]) row.getArray("counts").getArray();
    Map<TaskState, Long> live = new EnumMap<>(TaskState.class);
    for (int i = 0; i < states.length; i++) {
      live.put(TaskState.ofStored(states[i]), counts[i]);
    }
    return live;
  }

  /** Zero for null. */
  private static Duration seconds(ResultSet row, String column) throws SQLException {
    return Duration.ofNanos((long) (Math.max(0, row.getDouble(column)) * 1e9));
  }
}
