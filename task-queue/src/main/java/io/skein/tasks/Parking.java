package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts queued tasks aside whose type no worker of their queue knows: it was removed by a deploy, or
 * misspelled. Any number of workers may do so at once. Not thread safe.
 */
final class Parking {
  private static final Logger LOG = LoggerFactory.getLogger(Parking.class);
  private static final int BATCH = 256;

  /** How often it looks for types that nobody knows. */
  private static final Duration LOOK = Duration.ofSeconds(15);

  private static final int PAGE = 1_000;

  /**
   * Tasks of a queue in one transaction; when none of them was parked, the next look goes on behind
   * them. A million are looked through in half an hour.
   */
  static final int MOST_LOOKED_AT = 10_000;

  private static final String LANE = Lane.of("t");

  private static final String DUE = "run_at <= skein_now() - :patience * interval '1 ms'";

  private static final String PARKED =
      """
      parked as (
        update tasks t set state = 'parked',
          error = 'no worker of the queue ' || t.queue || ' knows the type ' || t.type
        from found where t.ctid = found.place
        returning t.type)
      """;

  /** A deploy takes a while: who knows the type may be about to start. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Database database;
  private final Map<String, Place> places = new HashMap<>();
  private long lookAt = System.nanoTime() + LOOK.toNanos();

  Parking(Database database) {
    this.database = database;
  }

  void pass() {
    long now = System.nanoTime();
    if (now - lookAt >= 0) {
      lookAt = now + LOOK.toNanos();
      park(PATIENCE);
    }
  }

  /**
   * @param patience how long a task has been due at least
   */
  void park(Duration patience) {
    boolean more;
    do {
      more = database.inTransaction(transaction -> park(transaction.handle(), patience));
    } while (more);
  }

  /** In a transaction. Answers whether there may be more where it has parked some. */
  boolean park(Handle handle, Duration patience) {
    // The planner takes a place in the middle of a queue for its end, and would sort what is
    // behind.
    QueueCounts.bound(handle);
    TypeRows.learnNoted(handle);
    Map<String, List<String>> unknown = unknownTypes(handle);
    places.keySet().retainAll(unknown.keySet());
    boolean more = false;
    for (Map.Entry<String, List<String>> entry : unknown.entrySet()) {
      Search search = new Search(entry.getKey(), entry.getValue(), patience);
      more |= parkQueued(handle, search);
      warn(parkSuspects(handle, search));
    }
    return more;
  }

  private boolean parkQueued(Handle handle, Search search) {
    boolean some = false;
    Look look;
    int looked = 0;
    do {
      look = parkSome(handle, search, places.getOrDefault(search.queue(), Place.FIRST));
      places.put(search.queue(), look.last());
      warn(look.parked());
      some |= !look.parked().isEmpty();
      looked += PAGE;
    } while (looked < MOST_LOOKED_AT && !look.last().equals(Place.FIRST));
    return some && !look.last().equals(Place.FIRST);
  }

  private static void warn(List<String> types) {
    types.stream()
        .distinct()
        .forEach(type ->
            LOG.atWarn()
                .addKeyValue("type", type)
                .log("tasks are parked, since no worker of their queue knows their type"));
  }

  /** By queue that somebody serves: where nobody works at all, nothing is wrong with a type. */
  private static Map<String, List<String>> unknownTypes(Handle handle) {
    Map<String, List<String>> unknown = new TreeMap<>();
    handle
        .createQuery(
            """
            with served as materialized (
              select unnest(w.queues) as queue, w.types from task_workers w
              where w.seen_at > skein_now() - interval '1 minute')
            select t.queue, array_agg(t.type) as types from task_types t
            where exists (select from served s where s.queue = t.queue)
              and not exists (
                select from served s where s.queue = t.queue and t.type = any(s.types))
            group by t.queue
            """)
        .map((row, context) ->
            Map.entry(row.getString("queue"), List.of((String[]) row.getArray("types").getArray())))
        .forEach(entry -> unknown.put(entry.getKey(), entry.getValue()));
    return unknown;
  }

  /** Looks at one page of a queue in the order of claims. */
  private static Look parkSome(Handle handle, Search search, Place from) {
    return search
        .bind(
            handle.createQuery(
                """
                with looked as materialized (
                  select t.id, t.type, t.run_at, t.priority, %1$s as lane from tasks t
                  where t.queue = :queue and t.state = 'queued' and t.crash_count < 2
                    and (%1$s, t.priority, t.run_at, t.id)
                      > (:lane, :priority, cast(:runAt as timestamptz), :id)
                  order by %1$s, t.priority, t.run_at, t.id limit :page),
                found as materialized (
                  select chosen.place from looked l cross join lateral (
                    select t.ctid as place from tasks t
                    where t.id = l.id and t.state = 'queued' for update skip locked) chosen
                  where l.type = any(:unknown) and l.%2$s),
                %3$s
                select (select count(*) from looked) as looked, l.lane, l.priority,
                  l.run_at::text as run_at, l.id, array(select p.type from parked p) as parked
                from looked l
                order by l.lane desc, l.priority desc, l.run_at desc, l.id desc limit 1
                """
                    .formatted(LANE, DUE, PARKED)))
        .bind("lane", from.lane())
        .bind("priority", from.priority())
        .bind("runAt", from.runAt())
        .bind("id", from.id())
        .bind("page", PAGE)
        .map((row, context) -> {
          List<String> parked = List.of((String[]) row.getArray("parked").getArray());
          int looked = row.getInt("looked");
          Place last =
              new Place(
                  row.getString("lane"),
                  row.getInt("priority"),
                  row.getString("run_at"),
                  row.getObject("id", UUID.class));
          return new Look(parked, looked < PAGE ? Place.FIRST : last);
        })
        .findOne()
        .orElse(new Look(List.of(), Place.FIRST));
  }

  /** There are few that crashed twice. */
  private static List<String> parkSuspects(Handle handle, Search search) {
    return search
        .bind(
            handle.createQuery(
                """
                with found as materialized (
                  select t.ctid as place from tasks t
                  where t.queue = :queue and t.state = 'queued' and t.crash_count >= 2
                    and t.type = any(:unknown) and t.%s
                  order by t.run_at limit :most for update skip locked),
                %s
                select type from parked
                """
                    .formatted(DUE, PARKED)))
        .bind("most", BATCH)
        .mapTo(String.class)
        .list();
  }

  /** What is looked for in a queue. */
  private record Search(String queue, List<String> unknown, Duration patience) {
    Query bind(Query query) {
      return query
          .bind("queue", queue)
          .bindArray("unknown", String.class, unknown)
          .bind("patience", patience.toMillis());
    }
  }

  /** Behind which a look begins, in the order of claims. */
  private record Place(String lane, int priority, String runAt, UUID id) {
    static final Place FIRST = new Place("", -1, "-infinity", new UUID(0, 0));
  }

  /**
   * @param parked the types of those that were parked, one for each
   * @param last where the next look begins
   */
  private record Look(List<String> parked, Place last) {}
}
