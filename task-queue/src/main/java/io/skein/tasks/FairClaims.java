package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Claims in the fair order: tenants take turns, within one the priority counts, then who is due
 * longer. What an operator has said about a queue holds over all workers, since a claim of a
 * limited queue locks its row and counts what runs; from other queues it is claimed without a lock.
 *
 * <p>The tenants that have something queued (lanes) are found by a loose scan of the index, one
 * probe for each, however many tasks they have. Not thread safe: it remembers whose turn is next.
 */
final class FairClaims {
  /** Looks at the lanes in a row that may find nothing to run, before others get the database. */
  private static final int LOOKS = 16;

  /** As in the index. */
  private static final String LANE = "(coalesce(c.tenant, '') collate \"C\")";

  private static final String QUEUED =
      "c.queue = :queue and c.state = 'queued' and c.crash_count < 2";

  /** The next lanes from the cursor on, and what an operator has said about the queue. */
  private static final String LOOK =
      """
      with recursive lane as (
        (select %1$s as name from tasks c where %2$s and %1$s >= :cursor order by %1$s limit 1)
        union all
        select (select %1$s from tasks c where %2$s and %1$s > lane.name order by %1$s limit 1)
        from lane where lane.name is not null)
      select array(select name from lane where name is not null limit :most) as lanes,
        coalesce((select q.paused_at is not null from task_queues q where q.queue = :queue), false)
          as paused,
        coalesce((select q.limited from task_queues q where q.queue = :queue), false) as limited
      """
          .formatted(LANE, QUEUED);

  private static final String OF_LANE =
      """
      %s and %s = l.name and c.priority between :highest and :lowest and c.type = any(:types)
      and (c.expires_at is null or c.expires_at > skein_now())
      """
          .formatted(QUEUED, LANE);

  /** Each lane's share of the slots; what a lane leaves is for the next claim. */
  private static final String UNLIMITED =
      """
      with candidate as materialized (
        select chosen.id from unnest(:lanes) as l(name) cross join lateral (
          select c.id from tasks c where %s
          order by c.priority, c.run_at, c.id limit :share for update skip locked) chosen
        limit :most)
      """
              .formatted(OF_LANE)
          + ClaimStatements.begin("skein_now()");

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
          select c.id, c.concurrency_key as key, c.priority, c.run_at from tasks c
          where %s
            and (c.concurrency_key is null
              or not exists (select from full_keys f where f.key = c.concurrency_key))
          order by c.priority, c.run_at, c.id
          limit least(:share,
            greatest(:maxPerTenant - (select count(*) from running r where r.lane = l.name), 0))
          for update of c skip locked) chosen),
      counted as (
        select ch.id, ch.key, row_number() over (
          partition by ch.key order by ch.priority, ch.run_at, ch.id) as nth
        from chosen ch),
      candidate as materialized (
        select k.id from counted k
        where k.key is null
          or k.nth + (select count(*) from running r where r.key = k.key) <= :maxPerKey
        limit :most)
      """
              .formatted(OF_LANE)
          + ClaimStatements.begin("skein_now()");

  private final Database database;
  private final ClaimStatements statements;

  /** The first lane of the next claim of a queue. */
  private final Map<String, String> cursors;

  FairClaims(Database database, ClaimStatements statements) {
    this(database, statements, new HashMap<>());
  }

  /**
   * @param cursors by queue, of the claims before; changed by each claim
   */
  FairClaims(Database database, ClaimStatements statements, Map<String, String> cursors) {
    this.database = database;
    this.statements = statements;
    this.cursors = cursors;
  }

  /**
   * Which priorities a claim takes.
   *
   * @param lowest inclusive
   */
  record Levels(Priority highest, Priority lowest) {
    static final Levels ALL = new Levels(Priority.HIGH, Priority.LOW);

    static Levels only(Priority priority) {
      return new Levels(priority, priority);
    }
  }

  /** What one claim asks for. */
  private record Ask(String queue, List<String> lanes, Levels levels, int most) {
    int share() {
      return Math.ceilDiv(most, Math.max(1, lanes.size()));
    }
  }

  private record Look(List<String> lanes, boolean paused, boolean limited) {}

  /**
   * Claims and commits.
   *
   * @return at most {@code most}
   */
  List<Run> claim(String queue, Levels levels, int most) {
    List<Run> runs = new ArrayList<>();
    String begin = cursors.getOrDefault(queue, "");
    boolean wrapped = begin.isEmpty();
    for (int looks = 0; looks < LOOKS && runs.size() < most; looks++) {
      String cursor = cursors.getOrDefault(queue, "");
      int wanted = most - runs.size();
      Look look = database.read(handle -> look(handle, queue, cursor, wanted));
      if (look.paused()) {
        return runs;
      }
      if (!look.lanes().isEmpty()) {
        runs.addAll(claim(new Ask(queue, look.lanes(), levels, wanted), look.limited()));
      }
      if (look.lanes().size() == wanted) {
        cursors.put(queue, look.lanes().getLast() + '\u0001');
      } else {
        cursors.remove(queue);
        if (wrapped) {
          return runs; // every lane had its turn, with more slots than there are lanes
        }
        wrapped = true;
      }
    }
    return runs;
  }

  private List<Run> claim(Ask ask, boolean limited) {
    return limited
        ? database.inTransaction(tx -> new LimitedClaim(tx.handle(), ask).run())
        : database.read(handle -> statements.claim(query(handle, UNLIMITED, ask)));
  }

  private static Look look(Handle handle, String queue, String cursor, int most) {
    return handle
        .createQuery(LOOK)
        .bind("queue", queue)
        .bind("cursor", cursor)
        .bind("most", most)
        .map((row, context) ->
            new Look(
                List.of((String[]) row.getArray("lanes").getArray()),
                row.getBoolean("paused"),
                row.getBoolean("limited")))
        .one();
  }

  private static Query query(Handle handle, String sql, Ask ask) {
    return handle
        .createQuery(sql)
        .bind("queue", ask.queue())
        .bindArray("lanes", String.class, ask.lanes())
        .bind("highest", ask.levels().highest().level())
        .bind("lowest", ask.levels().lowest().level())
        .bind("share", ask.share())
        .bind("most", ask.most());
  }

  /** A claim that holds the queue's row. */
  private final class LimitedClaim {
    private final Handle handle;
    private final Ask ask;

    LimitedClaim(Handle handle, Ask ask) {
      this.handle = handle;
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
      Ask rest = new Ask(ask.queue(), ask.lanes(), ask.levels(), room);
      return rules == null
          ? List.of()
          : statements.claim(
              query(handle, LIMITED, rest)
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
  }

  /**
   * What an operator has said, as numbers that always apply.
   *
   * @param room how many may start now
   */
  private record Rules(boolean rated, int maxPerTenant, int maxPerKey, int room) {}
}
