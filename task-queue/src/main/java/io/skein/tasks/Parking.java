package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts queued tasks aside whose type no worker of their queue knows (it was removed by a deploy, or
 * misspelled), and takes up those that this worker can try: of a type that nobody knew, or that
 * another build could not read. Any number of workers may do so at once. Not thread safe.
 */
final class Parking {
  private static final Logger LOG = LoggerFactory.getLogger(Parking.class);
  private static final int BATCH = 256;

  /** How often it looks for types that nobody knows; it may have to look through a long queue. */
  private static final Duration LOOK = Duration.ofSeconds(15);

  /** A deploy takes a while: who knows the type may be about to start. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Database database;
  private final RedisHints hints;
  private final List<String> queues;
  private final List<String> types;
  private final String build;
  private long lookAt = System.nanoTime() + LOOK.toNanos();

  Parking(Database database, RedisHints hints, WorkerSettings settings, List<String> types) {
    this(database, hints, settings.queues(), types, settings.build());
  }

  Parking(
      Database database, RedisHints hints, List<String> queues, List<String> types, String build) {
    this.database = database;
    this.hints = hints;
    this.queues = queues;
    this.types = types;
    this.build = build;
  }

  void pass() {
    unpark();
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
    List<String> parked;
    do {
      parked = database.read(handle -> parkSome(handle, patience));
      parked.stream()
          .distinct()
          .forEach(type ->
              LOG.warn("tasks are parked, since no worker of their queue knows type={}", type));
    } while (parked.size() == BATCH);
  }

  /** Of queues that somebody serves: where nobody works at all, nothing is wrong with the type. */
  private static List<String> parkSome(Handle handle, Duration patience) {
    return handle
        .createQuery(
            """
            with served as materialized (
              select unnest(w.queues) as queue, w.types from task_workers w
              where w.seen_at > skein_now() - interval '1 minute'),
            unknown as materialized (
              select t.queue, t.type from task_types t
              where exists (select from served s where s.queue = t.queue)
                and not exists (
                  select from served s where s.queue = t.queue and t.type = any(s.types))),
            found as materialized (
              select t.id from tasks t join unknown u on u.queue = t.queue and u.type = t.type
              where t.state = 'queued' and t.run_at <= skein_now() - :patience * interval '1 ms'
              limit :most for update of t skip locked)
            update tasks t set state = 'parked',
              error = 'no worker of the queue ' || t.queue || ' knows the type ' || t.type
            from found where t.id = found.id
            returning t.type
            """)
        .bind("patience", patience.toMillis())
        .bind("most", BATCH)
        .mapTo(String.class)
        .list();
  }

  void unpark() {
    List<Hint> some;
    do {
      some = database.read(this::unparkSome);
      some.forEach(hints::offer);
    } while (some.size() == BATCH);
  }

  private List<Hint> unparkSome(Handle handle) {
    return handle
        .createQuery(
            """
            with known as materialized (
              select id from tasks
              where state = 'parked' and type = any(:types) and queue = any(:queues)
                and :build <> all(refused_by)
              limit :most for update skip locked)
            update tasks t set state = 'queued', error = null, run_at = skein_now()
            from known where t.id = known.id
            returning t.id, t.queue, t.priority
            """)
        .bindArray("types", String.class, types)
        .bindArray("queues", String.class, queues)
        .bind("build", build)
        .bind("most", BATCH)
        .map((row, context) ->
            new Hint(
                row.getString("queue"),
                Priority.ofLevel(row.getInt("priority")),
                new TaskId(row.getObject("id", UUID.class))))
        .list();
  }
}
