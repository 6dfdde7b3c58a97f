package io.skein.tasks;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The statements that turn queued tasks into runs of this worker. Each locks what it takes, passing
 * over rows that another worker is claiming, and raises the lease: two workers never get the same
 * run. Only types this worker knows are taken, no payload that its build could not read, and
 * nothing of a queue that is paused.
 */
final class ClaimStatements {
  /**
   * Of a task {@code c}: whether this worker can run it. An expiry means "not begun by then"; those
   * that crashed twice have begun.
   */
  static final String RUNNABLE =
      """
      c.type = any(:types) and :build <> all(c.refused_by)
      and (c.expires_at is null or c.started_at is not null or c.crash_count >= 2
        or c.expires_at > skein_now())
      """;

  private final String worker;
  private final List<String> queues;
  private final List<String> types;
  private final String build;
  private final Duration term;
  private final Begin begin;

  ClaimStatements(
      String worker, List<String> queues, Set<String> types, String build, Duration term) {
    this(worker, queues, types, build, term, Begin.WITH_THE_CLAIM);
  }

  private ClaimStatements(
      String worker,
      List<String> queues,
      Set<String> types,
      String build,
      Duration term,
      Begin begin) {
    this.worker = worker;
    this.queues = queues;
    this.types = List.copyOf(types);
    this.build = build;
    this.term = term;
    this.begin = begin;
  }

  /** When a run begins: before that the loss of its worker is not counted against it. */
  private enum Begin {
    WITH_THE_CLAIM,
    /** The answer may be lost on its way: {@link RemoteRuns} writes the start then. */
    WITH_THE_FIRST_WORD
  }

  /** The claims of a worker that speaks HTTP. */
  static ClaimStatements ofRemote(RemoteWorker worker, Duration term) {
    return new ClaimStatements(
        worker.identity(),
        worker.queues(),
        worker.types(),
        worker.build(),
        term,
        Begin.WITH_THE_FIRST_WORD);
  }

  /**
   * Claims those of the hinted tasks that are still queued, in queues without limits. The state is
   * asked so that no index of queued tasks can serve: a plan that was made while there were few
   * would walk a backlog for each hint.
   */
  List<Run> hinted(Handle handle, Collection<TaskId> ids) {
    return claim(
        handle
            .createQuery(
                claimOf(
                    """
                    select c.ctid as place from tasks c
                    where c.id = any(:ids) and c.state || '' = 'queued' and c.crash_count < 2
                      and c.queue = any(:queues) and %s
                      and not exists (select from task_queues q
                        where q.queue = c.queue and (q.paused_at is not null or q.limited))
                    order by c.id for update of c skip locked
                    """
                        .formatted(RUNNABLE),
                    "skein_now()"))
            .bindArray("ids", UUID.class, ids.stream().map(TaskId::value).toList())
            .bindArray("queues", String.class, queues));
  }

  /**
   * Claims one task that crashed twice. It is not begun: it waits until it is alone here, and its
   * start is written then, so that a crash before that is not counted against it.
   */
  Optional<Run> suspect(Handle handle, String queue, boolean busy) {
    return new SuspectClaim(handle, this, queue, busy).run();
  }

  /**
   * Gives back what this worker has claimed without learning of it, because the answer was lost.
   *
   * @param known the runs that it knows of
   */
  List<Hint> giveBackAllBut(Handle handle, Collection<TaskId> known) {
    return handle
        .createQuery(
            """
            with unknown as materialized (
              select id from tasks
              where state = 'running' and worker = :worker and id <> all(:known)
              order by id for update skip locked)
            update tasks t set state = 'queued', lease = lease + 1, attempt = attempt - 1,
              lease_until = null, worker = null
            from unknown where t.id = unknown.id
            returning t.id, t.queue, t.priority
            """)
        .bind("worker", worker)
        .bindArray("known", UUID.class, known.stream().map(TaskId::value).toList())
        .map((row, context) -> Hint.read(row))
        .list();
  }

  /**
   * @param candidates a query of {@code place}, the {@code ctid} of rows that it locks
   */
  static String claimOf(String candidates, String startedAt) {
    return "with candidate as materialized (" + candidates + ")" + begin(startedAt);
  }

  /**
   * Turns the rows of {@code candidate} into runs. By their place: the lock keeps them there, and
   * it saves another search of the index. One that was moved before it was locked is left for the
   * next claim.
   *
   * <p>The number of a lease grows by chance, so that none is issued twice when PostgreSQL loses
   * commits (docs/decisions/0010).
   */
  static String begin(String startedAt) {
    return """
    update tasks t set state = 'running', attempt = attempt + 1,
      lease = lease + 1 + floor(random() * 1048576)::bigint,
      worker = :worker, lease_until = skein_now() + :term * interval '1 ms',
      started_at = case when :begun then cast(%s as timestamptz) end,
      unique_key = case when unique_until_begun then null else unique_key end,
      progress = null, log = null
    from candidate where t.ctid = candidate.place
    returning %s
    """
        .formatted(startedAt, TaskRow.COLUMNS);
  }

  /** A query that asks what is {@link #RUNNABLE} here. */
  Query known(Query query) {
    return query.bindArray("types", String.class, types).bind("build", build);
  }

  /** The runs that such a statement began, in the order in which they shall begin. */
  List<Run> claim(Query query) {
    return known(query)
        .bind("worker", worker)
        .bind("term", term.toMillis())
        .bind("begun", begin == Begin.WITH_THE_CLAIM)
        .map((row, context) -> new Run(TaskRow.read(row), row.getLong("lease")))
        .stream()
        .sorted(
            Comparator.comparing((Run run) -> run.task().priority())
                .thenComparing(run -> run.task().runAt()))
        .toList();
  }
}
