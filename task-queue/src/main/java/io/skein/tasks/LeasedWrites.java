package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
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

  private final Duration term;

  /**
   * @param term how long a lease holds from its last renewal
   */
  LeasedWrites(Duration term) {
    this.term = term;
  }

  /** What a run left when it returned. */
  record Completion(Lease lease, @Nullable String result) {}

  boolean renew(Handle handle, Lease lease) {
    return one(
        handle,
        "update tasks set lease_until = skein_now() + :term * interval '1 ms'",
        lease,
        update -> update.bind("term", term.toMillis()));
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
  Set<Lease> renewAll(Handle handle, Collection<Lease> leases) {
    return handle
        .createQuery(
            """
            with asked as materialized (
              select * from unnest(:ids, :numbers) as a(id, lease)),
            held as (
              select t.id from tasks t join asked a on a.id = t.id and a.lease = t.lease
              where t.state = 'running' order by t.id for update of t skip locked),
            renewed as (
              update tasks t set lease_until = skein_now() + :term * interval '1 ms'
              from held where t.id = held.id)
            select a.id, a.lease from asked a
            where not exists (select from tasks t
              where t.id = a.id and t.lease = a.lease and t.state = 'running')
            """)
        .bindArray("ids", UUID.class, leases.stream().map(lease -> lease.task().value()).toList())
        .bindArray("numbers", Long.class, leases.stream().map(Lease::number).toList())
        .bind("term", term.toMillis())
        .map((row, context) -> lease(row))
        .set();
  }

  /**
   * @throws PermanentTaskException when the result is no JSON, holds U+0000 or is too large
   */
  boolean complete(Handle handle, Completion completion) {
    String result = completion.result();
    checkSize(result);
    try {
      return one(
          handle,
          """
          update tasks set state = 'succeeded', result = cast(:result as jsonb), error = null,
            lease_until = null, finished_at = skein_now()
          """,
          completion.lease(),
          update -> update.bind("result", result));
    } catch (JdbiException e) {
      if (refusedForItsData(e)) {
        throw new PermanentTaskException("the result was refused: " + reason(e), e);
      }
      throw e;
    }
  }

  /** Completes many tasks in one statement and answers those whose lease was still held. */
  Set<Lease> completeAll(Handle handle, List<Completion> completions) {
    completions.forEach(completion -> checkSize(completion.result()));
    return handle
        .createQuery(
            """
            with done as materialized (
              select * from unnest(:ids, :numbers, :results) as d(id, lease, result)),
            held as (
              select t.id, d.result from tasks t join done d on d.id = t.id and d.lease = t.lease
              where t.state = 'running' order by t.id for update of t)
            update tasks t set state = 'succeeded', result = held.result::jsonb, error = null,
              lease_until = null, finished_at = skein_now()
            from held where t.id = held.id
            returning t.id, t.lease
            """)
        .bindArray(
            "ids", UUID.class, completions.stream().map(c -> c.lease().task().value()).toList())
        .bindArray(
            "numbers", Long.class, completions.stream().map(c -> c.lease().number()).toList())
        .bindArray("results", String.class, completions.stream().map(Completion::result).toList())
        .map((row, context) -> lease(row))
        .set();
  }

  /**
   * Schedules another attempt: the delay doubles with each one, ±10 %.
   *
   * @return how long it waits; empty when the lease is lost
   */
  Optional<Duration> retry(Handle handle, Lease lease, String error) {
    return handle
        .createQuery(
            """
            update tasks set state = 'scheduled', error = :error, lease_until = null,
              run_at = skein_now()
                + retry_delay * power(2, least(attempt - 1, 20)) * (0.9 + 0.2 * random())
            where id = :id and lease = :lease and state = 'running'
            returning extract(epoch from run_at - skein_now())
            """)
        .bind("id", lease.task().value())
        .bind("lease", lease.number())
        .bind("error", storable(error))
        .map((row, context) -> Duration.ofMillis((long) (row.getDouble(1) * 1000)))
        .findOne();
  }

  /** Ends the task without success. */
  boolean end(Handle handle, Lease lease, TaskState state, String error) {
    return one(
        handle,
        """
        update tasks set state = :state, error = :error, lease_until = null,
          finished_at = skein_now()
        """,
        lease,
        update -> update.bind("state", state.stored()).bind("error", storable(error)));
  }

  /** Gives a run back as if it had not been claimed; the old lease is worth nothing after it. */
  boolean handBack(Handle handle, Lease lease) {
    return one(
        handle,
        """
        update tasks set state = 'queued', lease = lease + 1, lease_until = null, worker = null,
          attempt = attempt - 1
        """,
        lease,
        update -> {});
  }

  /** {@link #handBack}, to be run again after a pause. */
  boolean postpone(Handle handle, Lease lease, Duration pause, String error) {
    return one(
        handle,
        """
        update tasks set state = 'scheduled', lease = lease + 1, lease_until = null, worker = null,
          attempt = attempt - 1, run_at = skein_now() + :pause * interval '1 ms', error = :error
        """,
        lease,
        update -> update.bind("pause", pause.toMillis()).bind("error", storable(error)));
  }

  /** Whether PostgreSQL refused a value, so that to repeat the statement is pointless. */
  static boolean refusedForItsData(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
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

  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
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

  @FunctionalInterface
  private interface Binding {
    void to(SqlStatement<?> statement);
  }
}
