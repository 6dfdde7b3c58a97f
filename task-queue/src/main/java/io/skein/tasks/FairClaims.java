package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Claims in the fair order: tenants take turns, within one the priority counts, then who is due
 * longer. A claim in a queue with limits locks the queue's row ({@link LimitedClaim}); from other
 * queues it is claimed without a lock.
 *
 * <p>The tenants that have something queued (lanes) are found by a loose scan of the index, one
 * probe for each, however many tasks they have. A claim that got all it asked for can go on where
 * it ended ({@link #goOn}). Not thread safe: it remembers whose turn is next.
 */
final class FairClaims {
  /** Looks at the lanes in a row that may find nothing to run, before others get the database. */
  private static final int LOOKS = 16;

  private static final String LANE = Lane.of("c");

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

  static final String OF_LANE =
      """
      %s and %s = l.name and c.priority between :highest and :lowest and %s
      """
          .formatted(QUEUED, LANE, ClaimStatements.RUNNABLE);

  /** Each lane's share of the slots; what a lane leaves is for the next claim. */
  private static final String UNLIMITED =
      """
      with candidate as materialized (
        select chosen.place from unnest(:lanes) as l(name) cross join lateral (
          select c.ctid as place from tasks c where %s
          order by c.priority, c.run_at, c.id limit :share for update skip locked) chosen
        limit :most)
      """
              .formatted(OF_LANE)
          + ClaimStatements.begin("skein_now()");

  /**
   * As {@link #UNLIMITED}, behind the places at which the last claim ended. The queue may have been
   * paused or limited since.
   */
  private static final String CONTINUED =
      """
      with candidate as materialized (
        select chosen.place
        from unnest(:lanes, :priorities, :times::timestamptz[], :ids)
          as l(name, priority, run_at, id)
        cross join lateral (
          select c.ctid as place from tasks c where %s
            and (c.priority, c.run_at, c.id) > (l.priority, l.run_at, l.id)
          order by c.priority, c.run_at, c.id limit :share for update skip locked) chosen
        where not exists (select from task_queues q
          where q.queue = :queue and (q.paused_at is not null or q.limited))
        limit :most)
      """
              .formatted(OF_LANE)
          + ClaimStatements.begin("skein_now()");

  private final Database database;
  private final ClaimStatements statements;

  private final Backlog backlog = new Backlog();

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
  record Ask(String queue, List<String> lanes, Levels levels, int most) {
    Query query(Handle handle, String sql) {
      return handle
          .createQuery(sql)
          .bind("queue", queue)
          .bindArray("lanes", String.class, lanes)
          .bind("highest", levels.highest().level())
          .bind("lowest", levels.lowest().level())
          .bind("share", Math.ceilDiv(most, Math.max(1, lanes.size())))
          .bind("most", most);
    }
  }

  private record Look(List<String> lanes, boolean paused, boolean limited) {}

  /**
   * Claims and commits.
   *
   * @return at most {@code most}
   */
  List<Run> claim(String queue, Levels levels, int most) {
    Turns turns = takeTurns(queue, levels, most);
    if (levels.equals(Levels.ALL)) {
      boolean more = turns.ofAll() && turns.runs().size() == most;
      backlog.begin(queue, more ? turns.runs() : List.of());
    }
    return turns.runs();
  }

  /**
   * @param ofAll whether one statement asked every lane
   */
  private record Turns(List<Run> runs, boolean ofAll) {}

  /**
   * Claims where the last claim of all levels in the queue ended, if that asked every lane and got
   * all it asked for; with more lanes than slots they have to take turns. Whatever was queued
   * before that place meanwhile is found by the next {@link #claim} only. The gain: the index holds
   * the entries of what was just claimed in front until it is cleaned, and each claim from the
   * start walks over them.
   */
  List<Run> goOn(String queue, int most) {
    List<Backlog.Place> places = backlog.places(queue);
    if (places.isEmpty() || places.size() > most) {
      return List.of();
    }
    Ask ask = new Ask(queue, places.stream().map(Backlog.Place::lane).toList(), Levels.ALL, most);
    List<Run> runs =
        database.read(
            handle -> statements.claim(Backlog.bind(places, ask.query(handle, CONTINUED))));
    backlog.goOn(queue, runs);
    return runs;
  }

  private Turns takeTurns(String queue, Levels levels, int most) {
    List<Run> runs = new ArrayList<>();
    String begin = cursors.getOrDefault(queue, "");
    boolean wrapped = begin.isEmpty();
    boolean ofAll = false;
    for (int looks = 0; looks < LOOKS && runs.size() < most; looks++) {
      String cursor = cursors.getOrDefault(queue, "");
      int wanted = most - runs.size();
      Look look = database.read(handle -> look(handle, queue, cursor, wanted));
      if (look.paused()) {
        break;
      }
      ofAll = looks == 0 && wrapped && look.lanes().size() < wanted;
      if (!look.lanes().isEmpty()) {
        runs.addAll(claim(new Ask(queue, look.lanes(), levels, wanted), look.limited()));
      }
      if (look.lanes().size() == wanted) {
        cursors.put(queue, look.lanes().getLast() + '\u0001');
      } else {
        cursors.remove(queue);
        if (wrapped) {
          break; // every lane had its turn, with more slots than there are lanes
        }
        wrapped = true;
      }
    }
    return new Turns(runs, ofAll);
  }

  private List<Run> claim(Ask ask, boolean limited) {
    return limited
        ? database.inTransaction(tx -> new LimitedClaim(tx.handle(), statements, ask).run())
        : database.read(handle -> statements.claim(ask.query(handle, UNLIMITED)));
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
}
