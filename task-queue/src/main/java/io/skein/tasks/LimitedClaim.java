package io.skein.tasks;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One claim in a queue with limits, which hold over all workers: it locks the queue's row and
 * counts what runs.
 */
final class LimitedClaim {
  private static final String LIMITED =
      """
      with running as materialized (
        select coalesce(c.tenant, '') collate "C" as lane, c.concurrency_key as key from tasks c
        where c.queue = :queue and c.state = 'running'),
      full_keys as materialized (
        select r.key from running r where r.key is not null
        group by r.key having count(*) >= :maxPerKey),
      chosen as materialized (
        select chosen.* from unnest(:lanes) as l(name) cross join lateral (
          select c.ctid as place, c.id, c.concurrency_key as key, c.priority, c.run_at from tasks c
          where %s
            and (c.concurrency_key is null
              or not exists (select from full_keys f where f.key = c.concurrency_key))
          order by c.priority, c.run_at, c.id
          limit least(:share,
            greatest(:maxPerTenant - (select count(*) from running r where r.lane = l.name), 0))
          for update of c skip locked) chosen),
      counted as (
        select ch.place, ch.key, row_number() over (
          partition by ch.key order by ch.priority, ch.run_at, ch.id) as nth
        from chosen ch),
      candidate as materialized (
        select k.place from counted k
        where k.key is null
          or k.nth + (select count(*) from running r where r.key = k.key) <= :maxPerKey
        limit :most)
      """
              .formatted(FairClaims.OF_LANE)
          + ClaimStatements.begin("skein_now()");

  private final Handle handle;
  private final ClaimStatements statements;
  private final FairClaims.Ask ask;

  LimitedClaim(Handle handle, ClaimStatements statements, FairClaims.Ask ask) {
    this.handle = handle;
    this.statements = statements;
    this.ask = ask;
  }

  /** Again while there is something: each round leaves out the keys that the last has filled. */
  List<Run> run() {
    Rules rules = lock();
    int room = rules == null ? 0 : Math.min(ask.most(), rules.room());
    List<Run> runs = new ArrayList<>();
    List<Run> round;
    do {
      round = room > runs.size() ? claim(rules, room - runs.size()) : List.of();
      runs.addAll(round);
    } while (!round.isEmpty());
    if (rules != null && rules.rated() && !runs.isEmpty()) {
      spend(runs.size());
    }
    return runs;
  }

  private List<Run> claim(@Nullable Rules rules, int room) {
    FairClaims.Ask rest = new FairClaims.Ask(ask.queue(), ask.lanes(), ask.levels(), room);
    return rules == null
        ? List.of()
        : statements.claim(
            rest.query(handle, LIMITED)
                .bind("maxPerTenant", rules.maxPerTenant())
                .bind("maxPerKey", rules.maxPerKey()));
  }

  /** Null when it was paused or freed of its limits meanwhile: the next claim sees it. */
  private @Nullable Rules lock() {
    // Alone, so that the next statement sees what was committed while this one waited.
    handle
        .createQuery("select from task_queues where queue = :queue for update")
        .bind("queue", ask.queue())
        .mapToMap()
        .list();
    return handle
        .createQuery(
            """
            with now as materialized (select skein_now() as at)
            select q.rate_limit is not null as rated,
              coalesce(q.max_per_tenant, 1000000000) as max_per_tenant,
              coalesce(q.max_per_key, 1000000000) as max_per_key,
              least(
                coalesce(q.max_running, 1000000000)
                  - (select count(*) from tasks c where c.queue = q.queue and c.state = 'running'),
                coalesce(floor(
                  extract(epoch from now.at + q.rate_period - greatest(q.rate_next, now.at))
                  / extract(epoch from q.rate_period) * q.rate_limit), 1000000000)) as room
            from task_queues q cross join now
            where q.queue = :queue and q.paused_at is null and q.limited
            """)
        .bind("queue", ask.queue())
        .map((row, context) ->
            new Rules(
                row.getBoolean("rated"),
                row.getInt("max_per_tenant"),
                row.getInt("max_per_key"),
                Math.max(0, row.getInt("room"))))
        .findOne()
        .orElse(null);
  }

  /** The generic cell rate algorithm (ITU-T I.371), with a burst of one period. */
  private void spend(int starts) {
    handle
        .createUpdate(
            """
            update task_queues set rate_next =
              greatest(rate_next, skein_now()) + rate_period / rate_limit * :starts
            where queue = :queue
            """)
        .bind("queue", ask.queue())
        .bind("starts", starts)
        .execute();
  }

  /**
   * What an operator has said, as numbers that always apply.
   *
   * @param room how many may start now
   */
  private record Rules(boolean rated, int maxPerTenant, int maxPerKey, int room) {}
}
