package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run may write about its task. Each statement names the lease, locks the row and
 * changes nothing when the lease is no longer the newest: a run that was given up cannot disturb
 * its successor. In a transaction with other work these come last.
 */
final class LeasedWrites {
  /** Characters of a result; past it the completion is refused and the task fails. */
  static final int RESULT_BOUND = 1 << 20;

  /** Characters of an error that are kept. */
  static final int ERROR_BOUND = 8_000;

  private static final String LATER =
      "state = 'scheduled', error = :error, run_at = skein_now() + :delay * interval '1 ms'";

  private static final String UNCOUNTED =
      "lease = t.lease + 1, worker = null, attempt = t.attempt - 1";

  /** As PostgreSQL compares them; {@link UUID#compareTo} takes the halves as signed. */
  private static final Comparator<Completion> IN_ORDER_OF_IDS =
      Comparator.comparing(completion -> completion.lease().task().toString());

  private final Duration term;
  private final RedisHints hints;

  /**
   * @param term how long a lease holds from its last renewal
   * @param hints hear of the tasks that waited for one that ends
   */
  LeasedWrites(Duration term, RedisHints hints) {
    this.term = term;
    this.hints = hints;
  }

  /**
   * What a run left when it returned.
   *
   * @param log the end of what it logged
   */
  record Completion(Lease lease, @Nullable String result, @Nullable String log) {}

  /** How a run ended that is not its task's last one. */
  private enum Outcome {
    RETRIED,
    HANDED_BACK,
    POSTPONED,
    SNOOZED,
    PARKED;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean renew(Handle handle, Lease lease, Run.Note note) {
    return one(
        handle,
        """
        update tasks set lease_until = skein_now() + :term * interval '1 ms',
          progress = coalesce(:progress, progress),
          details = coalesce(cast(:details as jsonb), details)
        """,
        lease,
        update ->
            update
                .bind("term", term.toMillis())
                .bind("progress", note.progress())
                .bind("details", note.details()));
  }

  /** Marks the begin of a run that waited to be alone. */
  boolean begin(Handle handle, Lease lease) {
    return one(handle, "update tasks set started_at = skein_now()", lease, update -> {});
  }

  /**
   * Renews many leases, passing over rows that a step holds at this moment (it renews them itself).
   *
   * @return the leases that are lost
   */
  Set<Lease> renewAll(Handle handle, Collection<Run> runs) {
    List<Lease> leases = runs.stream().map(Run::lease).toList();
    return handle
        .createQuery(
            """
            with asked as materialized (
              select * from unnest(:ids, :numbers, :progress, :details)
                as a(id, lease, progress, details)),
            held as (
              select t.id, a.progress, a.details from tasks t join asked a on a.id = t.id and a.lease = t.lease
              where t.state = 'running' order by t.id for update of t skip locked),
            renewed as (
              update tasks t set lease_until = skein_now() + :term * interval '1 ms',
                progress = coalesce(held.progress, t.progress),
                details = coalesce(held.details::jsonb, t.details)
              from held where t.id = held.id)
            select a.id, a.lease from asked a
            where not exists (select from tasks t
              where t.id = a.id and t.lease = a.lease and t.state = 'running')
            """)
        .bindArray("ids", UUID.class, leases.stream().map(lease -> lease.task().value()).toList())
        .bindArray("numbers", Long.class, leases.stream().map(Lease::number).toList())
        .bindArray(
            "progress", Integer.class, runs.stream().map(run -> run.note().progress()).toList())
        .bindArray("details", String.class, runs.stream().map(run -> run.note().details()).toList())
        .bind("term", term.toMillis())
        .map((row, context) -> lease(row))
        .set();
  }

  /**
   * @throws PermanentTaskException when the result is no JSON, holds U+0000 or is too large
   */
  boolean complete(Transaction transaction, Completion completion) {
    String result = completion.result();
    checkSize(result);
    try {
      return last(
          transaction,
          """
          update tasks set state = 'succeeded', result = cast(:result as jsonb), error = null,
            log = :log, lease_until = null, finished_at = skein_now()
          """,
          completion.lease(),
          update -> update.bind("result", result).bind("log", completion.log()));
    } catch (JdbiException e) {
      if (refusedForItsData(e)) {
        throw new PermanentTaskException("the result was refused: " + reason(e), e);
      }
      throw e;
    }
  }

  /**
   * Completes many tasks in one statement and answers those whose lease was still held. Rows are
   * taken in the order of their ids, as by everything that locks several.
   */
  Set<Lease> completeAll(Transaction transaction, List<Completion> unsorted) {
    unsorted.forEach(completion -> checkSize(completion.result()));
    List<Completion> completions = unsorted.stream().sorted(IN_ORDER_OF_IDS).toList();
    List<Ended> ended =
        transaction
            .handle()
            .createQuery(
                """
                update tasks t set state = 'succeeded', result = d.result::jsonb, error = null,
                  log = d.log, lease_until = null, finished_at = skein_now()
                from unnest(:ids, :numbers, :results, :logs) as d(id, lease, result, log)
                where t.id = d.id and t.lease = d.lease and t.state = 'running'
                returning t.id, t.lease, t.awaited
                """)
            .bindArray(
                "ids", UUID.class, completions.stream().map(c -> c.lease().task().value()).toList())
            .bindArray(
                "numbers", Long.class, completions.stream().map(c -> c.lease().number()).toList())
            .bindArray(
                "results", String.class, completions.stream().map(Completion::result).toList())
            .bindArray("logs", String.class, completions.stream().map(Completion::log).toList())
            .map((row, context) -> new Ended(lease(row), row.getBoolean("awaited")))
            .list();
    release(transaction, ended);
    return ended.stream().map(Ended::lease).collect(Collectors.toSet());
  }

  /**
   * Schedules another attempt: the delay doubles with each one, ±10 %.
   *
   * @return how long it waits; empty when the lease is lost
   */
  Optional<Duration> retry(Handle handle, Lease lease, Failure failure) {
    return ending(
            handle,
            Outcome.RETRIED,
            """
            state = 'scheduled', error = :error,
            run_at = skein_now() + coalesce(:delay * interval '1 ms',
              t.retry_delay * power(2, least(t.attempt - 1, 20)) * (0.9 + 0.2 * random()))
            """,
            lease,
            failure)
        .bind("delay", failure.delay() == null ? null : failure.delay().toMillis())
        .map((row, context) -> Duration.ofMillis((long) (row.getDouble(1) * 1000)))
        .findOne();
  }

  /** Ends the task without success. */
  boolean end(Transaction transaction, Lease lease, TaskState state, Failure failure) {
    return last(
        transaction,
        """
        update tasks set state = :state, error = :error, log = :log, lease_until = null,
          finished_at = skein_now()
        """,
        lease,
        update ->
            update
                .bind("state", state.stored())
                .bind("error", storable(failure.error()))
                .bind("log", failure.log()));
  }

  /** Gives a run back as if it had not been claimed; the old lease is worth nothing after it. */
  boolean handBack(Handle handle, Lease lease, Failure why) {
    return uncounted(handle, Outcome.HANDED_BACK, "state = 'queued'", lease, why);
  }

  /** {@link #handBack}, to be run again after a pause. */
  boolean postpone(Handle handle, Lease lease, Duration pause, Failure why) {
    return uncounted(handle, Outcome.POSTPONED, LATER, lease, why.withDelay(pause));
  }

  /** {@link #postpone}, by the handler's wish. */
  boolean snooze(Handle handle, Lease lease, Duration pause, Failure why) {
    return uncounted(handle, Outcome.SNOOZED, LATER, lease, why.withDelay(pause));
  }

  /**
   * Puts a task aside that this build cannot run as it is; another build takes it up.
   *
   * @param build of this worker
   */
  boolean park(Handle handle, Lease lease, String build, Failure why) {
    return ending(
                handle,
                Outcome.PARKED,
                "state = 'parked', error = :error, refused_by = skein_refused(t.refused_by, :build), "
                    + UNCOUNTED,
                lease,
                why)
            .bind("build", build)
            .mapTo(Double.class)
            .list()
            .size()
        == 1;
  }

  private static boolean uncounted(
      Handle handle, Outcome outcome, String change, Lease lease, Failure why) {
    return ending(handle, outcome, change + ", " + UNCOUNTED, lease, why)
            .bind("delay", why.delay() == null ? 0L : why.delay().toMillis())
            .mapTo(Double.class)
            .list()
            .size()
        == 1;
  }

  /** Whether PostgreSQL refused a value, so that to repeat the statement is pointless. */
  static boolean refusedForItsData(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState().startsWith("22") || sql.getSQLState().startsWith("54");
      }
    }
    return false;
  }

  /** What can be kept of an error: without U+0000, which PostgreSQL cannot store, and bounded. */
  static String storable(String error) {
    String clean = error.replace('\u0000', '\uFFFD');
    return clean.length() <= ERROR_BOUND ? clean : clean.substring(0, ERROR_BOUND) + "…";
  }

  private static Lease lease(ResultSet row) throws SQLException {
    return new Lease(new TaskId(row.getObject("id", UUID.class)), row.getLong("lease"));
  }

  private static void checkSize(@Nullable String result) {
    if (result != null && result.length() > RESULT_BOUND) {
      throw new PermanentTaskException(
          "the result has "
              + result.length()
              + " characters, at most "
              + RESULT_BOUND
              + " are kept; store it elsewhere and name it");
    }
  }

  /** What PostgreSQL said. */
  static String reason(Throwable failure) {
    return String.valueOf(Causes.of(failure).getLast().getMessage());
  }

  /**
   * Ends a run that is not the last, and keeps what is known of it. Answers the seconds until the
   * next one may begin.
   */
  private static Query ending(
      Handle handle, Outcome outcome, String change, Lease lease, Failure failure) {
    return handle
        .createQuery(
            """
            with run as materialized (
              select id, lease, attempt, worker, started_at from tasks
              where id = :id and lease = :lease and state = 'running' for update),
            kept as (
              insert into task_attempts (task, lease, attempt, worker, started_at, ended_at, outcome,
                error, log)
              select id, lease, attempt, worker, started_at, skein_now(), :outcome, :error, :log
              from run)
            update tasks t set %s, log = :log, lease_until = null from run where t.id = run.id
            returning extract(epoch from t.run_at - skein_now())
            """
                .formatted(change))
        .bind("id", lease.task().value())
        .bind("lease", lease.number())
        .bind("outcome", outcome.stored())
        .bind("error", storable(failure.error()))
        .bind("log", failure.log());
  }

  /** A write after which the task is over. */
  private boolean last(Transaction transaction, String change, Lease lease, Binding values) {
    var query =
        transaction
            .handle()
            .createQuery(
                change
                    + " where id = :id and lease = :lease and state = 'running' returning awaited")
            .bind("id", lease.task().value())
            .bind("lease", lease.number());
    values.to(query);
    Optional<Boolean> awaited = query.mapTo(Boolean.class).findOne();
    awaited.ifPresent(yes -> release(transaction, List.of(new Ended(lease, yes))));
    return awaited.isPresent();
  }

  private void release(Transaction transaction, List<Ended> ended) {
    List<TaskId> awaited =
        ended.stream().filter(Ended::awaited).map(end -> end.lease().task()).toList();
    List<Hint> released = Release.after(transaction.handle(), awaited);
    if (!released.isEmpty()) {
      transaction.afterCommit(() -> released.forEach(hints::offer));
    }
  }

  private static boolean one(Handle handle, String change, Lease lease, Binding values) {
    var update =
        handle
            .createUpdate(change + " where id = :id and lease = :lease and state = 'running'")
            .bind("id", lease.task().value())
            .bind("lease", lease.number());
    values.to(update);
    return update.execute() == 1;
  }

  /**
   * @param awaited whether others wait for the task
   */
  private record Ended(Lease lease, boolean awaited) {}

  @FunctionalInterface
  private interface Binding {
    void to(SqlStatement<?> statement);
  }
}
