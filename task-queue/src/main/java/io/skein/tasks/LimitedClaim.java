package io.skein.tasks;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * One claim in a queue with limits, which hold over all workers: it locks the queue's row and
 * counts what runs.
 */
final class LimitedClaim {
  private static final String LIMITED =
      """
      with %s,
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
              .formatted(QueueRoom.RUNNING, FairClaims.OF_LANE)
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
    return QueueRoom.lock(handle, ask.queue()).map(this::claim).orElse(List.of());
  }

  private List<Run> claim(QueueRoom rules) {
    int room = Math.min(ask.most(), rules.room());
    List<Run> runs = new ArrayList<>();
    List<Run> round;
    do {
      round = room > runs.size() ? claim(rules, room - runs.size()) : List.of();
      runs.addAll(round);
    } while (!round.isEmpty());
    rules.spend(handle, runs.size());
    return runs;
  }

  private List<Run> claim(QueueRoom rules, int room) {
    FairClaims.Ask rest = new FairClaims.Ask(ask.queue(), ask.lanes(), ask.levels(), room);
    return statements.claim(rules.bind(rest.query(handle, LIMITED)));
  }
}
