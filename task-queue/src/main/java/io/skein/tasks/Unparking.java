package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Takes up parked tasks that this worker can try: of a type that nobody knew, or that another build
 * could not read. Any number of workers may do so at once. Thread safe.
 */
final class Unparking {
  private static final int BATCH = 256;

  /** As in the index of parked tasks. */
  private static final String REFUSERS = "hash_array_extended(t.refused_by, 0)";

  private final Database database;
  private final RedisHints hints;
  private final List<String> queues;
  private final List<String> types;
  private final String build;

  Unparking(
      Database database, RedisHints hints, List<String> queues, List<String> types, String build) {
    this.database = database;
    this.hints = hints;
    this.queues = queues;
    this.types = types;
    this.build = build;
  }

  void pass() {
    List<Hint> some;
    do {
      some = database.read(this::takeUpSome);
      some.forEach(hints::offer);
    } while (some.size() == BATCH);
  }

  /** One probe for each set of builds that refused the same, however many tasks these refused. */
  List<Hint> takeUpSome(Handle handle) {
    return handle
        .createQuery(
            """
            with recursive refused as (
              select first.* from unnest(:types) as y(type) cross join unnest(:queues) as q(queue)
              cross join lateral (
                select t.type, t.queue, t.refused_by, %1$s as refusers from tasks t
                where t.state = 'parked' and t.type = y.type and t.queue = q.queue
                order by %1$s limit 1) first
              union all
              select next.* from refused r cross join lateral (
                select t.type, t.queue, t.refused_by, %1$s as refusers from tasks t
                where t.state = 'parked' and t.type = r.type and t.queue = r.queue
                  and %1$s > r.refusers
                order by %1$s limit 1) next),
            known as materialized (
              select chosen.id from refused r cross join lateral (
                select t.id from tasks t
                where t.state = 'parked' and t.type = r.type and t.queue = r.queue
                  and %1$s = r.refusers and :build <> all(t.refused_by)
                limit :most for update skip locked) chosen
              where :build <> all(r.refused_by)
              limit :most)
            update tasks t set state = 'queued', error = null, run_at = skein_now()
            from known where t.id = known.id
            returning t.id, t.queue, t.priority
            """
                .formatted(REFUSERS))
        .bindArray("types", String.class, types)
        .bindArray("queues", String.class, queues)
        .bind("build", build)
        .bind("most", BATCH)
        .map((row, context) -> Hint.read(row))
        .list();
  }
}
