package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tasks from workers that are gone. A worker is gone when its advisory lock was free at two
 * looks in a row (one look may fall into the moment in which a living worker replaces a cut
 * connection); a frozen one keeps its lock and loses its tasks when their leases run out, and so
 * does a remote one, which never holds a lock. The loss costs a crash, not an attempt. A task that
 * crashed its worker while it ran alone is dead.
 */
final class StalledTaskReaper {
  private static final Logger LOG = LoggerFactory.getLogger(StalledTaskReaper.class);
  private static final int BATCH = 256;
  private static final int DEATHS = 16;

  /**
   * Lost tasks: the lease ran out, or the worker is among the gone and its lock still free. A lease
   * that could not be renewed, since another transaction held the row, is spared while its worker
   * shows itself, until no transaction can have held the row for so long. The one of a frozen
   * worker runs out longer after its last sign than {@code :silence}.
   */
  static final String LOST =
      """
      state = 'running' and (
        lease_until < skein_now() and (lease_until < skein_now() - interval '70 s'
          or not exists (select from task_workers w
            where w.identity = worker and not w.remote
              and w.seen_at > skein_now() - :silence * interval '1 ms'))
        or worker = any(:gone) and hashtextextended(worker, 0) not in (select key from live_workers))
      """;

  /**
   * Whether the loss of a run of task {@code t} is a crash: it had begun, or it is the tenth in a
   * row that had not, as of a task that takes remote workers down before their first word.
   */
  private static final String COUNTS =
      """
      (t.started_at is not null or 9 <= (
        select count(*) filter (where a.outcome = 'crashed' and a.started_at is null) from (
          select outcome, started_at from task_attempts
          where task = t.id order by lease desc limit 9) a))
      """;

  private final Database database;
  private final PoisonEnds poisonEnds;
  private final RedisHints hints;
  private final WorkerReports reports;
  private final List<String> types;
  private final Duration silence;
  private Set<String> freeAtLastLook = Set.of();

  /**
   * @param lease how long one holds; heartbeats come at least twice in it
   */
  StalledTaskReaper(
      Database database,
      PoisonEnds poisonEnds,
      RedisHints hints,
      WorkerReports reports,
      Set<String> types,
      Duration lease) {
    this.database = database;
    this.poisonEnds = poisonEnds;
    this.hints = hints;
    this.reports = reports;
    this.types = List.copyOf(types);
    this.silence = lease.dividedBy(2);
  }

  /** Looks once; true when it saw a worker for the first time that may be gone. */
  boolean reap() {
    Set<String> free = database.read(StalledTaskReaper::workersWithoutLock);
    Set<String> gone = new HashSet<>(free);
    gone.retainAll(freeAtLastLook);
    boolean suspicion = !freeAtLastLook.containsAll(free);
    freeAtLastLook = free;
    requeue(gone);
    findPoison(gone);
    return suspicion;
  }

  /** To begin anew after a time in which nothing could be seen. */
  void forget() {
    freeAtLastLook = Set.of();
  }

  private static Set<String> workersWithoutLock(Handle handle) {
    return handle
        .createQuery(
            """
            select distinct t.worker from tasks t
            where t.state = 'running'
              and hashtextextended(t.worker, 0) not in (select key from live_workers)
              and not exists (
                select from task_workers w where w.identity = t.worker and w.remote)
            """)
        .mapTo(String.class)
        .set();
  }

  private void requeue(Set<String> gone) {
    List<Requeued> batch;
    do {
      batch = database.read(handle -> requeueSome(handle, gone));
      int reaped = batch.size();
      if (reaped > 0) {
        batch.stream().filter(Requeued::innocent).map(Requeued::hint).forEach(hints::offer);
        LOG.atWarn()
            .addKeyValue("tasks", reaped)
            .log("tasks of a lost worker go back to the queue");
        reports.tell(listener -> listener.reaped(reaped));
      }
    } while (batch.size() == BATCH);
  }

  /** A run that was claimed but not begun (it waited to be alone) costs no crash. */
  private List<Requeued> requeueSome(Handle handle, Set<String> gone) {
    return handle
        .createQuery(
            """
            with lost as materialized (
              select id, lease, attempt, worker, started_at, %2$s as counts from tasks t
              where %1$s and (crash_count < 2 or not %2$s)
              order by id limit :most for update skip locked),
            kept as (
              insert into task_attempts (task, lease, attempt, worker, started_at, ended_at, outcome,
                error)
              select id, lease, attempt, worker, started_at, skein_now(), 'crashed',
                'its worker ' || worker || ' was lost during this run' from lost)
            update tasks t set state = 'queued', lease = t.lease + 1, lease_until = null,
              attempt = t.attempt - 1, run_at = skein_now(),
              crash_count = t.crash_count + case when lost.counts then 1 else 0 end,
              error = 'its worker ' || t.worker || ' was lost during this run'
            from lost where t.id = lost.id
            returning t.id, t.queue, t.priority, t.crash_count
            """
                .formatted(LOST, COUNTS))
        .bindArray("gone", String.class, List.copyOf(gone))
        .bind("silence", silence.toMillis())
        .bind("most", BATCH)
        .map((row, context) -> new Requeued(Hint.read(row), row.getInt("crash_count") < 2))
        .list();
  }

  private void findPoison(Set<String> gone) {
    List<Run> poison =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    select %s from tasks t
                    where %s and crash_count >= 2 and %s
                      and (type = any(:types) or not exists (
                        select from task_workers w where not w.remote and t.type = any(w.types)))
                    order by id limit :most
                    """
                        .formatted(TaskRow.COLUMNS, LOST, COUNTS))
                .bindArray("gone", String.class, List.copyOf(gone))
                .bind("silence", silence.toMillis())
                .bindArray("types", String.class, types)
                .bind("most", DEATHS)
                .map((row, context) -> new Run(TaskRow.read(row), row.getLong("lease")))
                .list());
    poisonEnds.take(poison, gone, silence);
  }

  private record Requeued(Hint hint, boolean innocent) {}
}
