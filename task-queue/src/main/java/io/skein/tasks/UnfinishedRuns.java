package io.skein.tasks;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The ends of runs after which their tasks go on. As in {@link RunRenewals} each statement names
 * the lease and changes nothing when that is lost. What is known of the run is kept among the
 * task's attempts.
 */
final class UnfinishedRuns {
  /** So many runs in a row may be postponed; what passes by itself has passed by then. */
  static final int POSTPONEMENTS = 10;

  private static final String LATER =
      "state = 'scheduled', error = :error, run_at = skein_now() + :delay * interval '1 ms'";

  private static final String UNCOUNTED =
      "lease = t.lease + 1, worker = null, attempt = t.attempt - 1";

  private UnfinishedRuns() {}

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

  /**
   * Schedules another attempt: the delay doubles with each one, ±10 %, up to ten years.
   *
   * @return how long it waits; empty when the lease is lost
   */
  static Optional<Duration> retry(Handle handle, Lease lease, Failure failure) {
    return ending(
            handle,
            Outcome.RETRIED,
            """
            state = 'scheduled', error = :error,
            run_at = skein_now() + coalesce(:delay * interval '1 ms',
              least(least(t.retry_delay, :longest * interval '1 ms')
                * power(2, least(t.attempt - 1, 20)) * (0.9 + 0.2 * random()),
                :longest * interval '1 ms'))
            """,
            lease,
            failure)
        .bind("delay", failure.delay() == null ? null : failure.delay().toMillis())
        .bind("longest", Failure.LONGEST_DELAY.toMillis())
        .map((row, context) -> Duration.ofMillis((long) (row.getDouble(1) * 1000)))
        .findOne();
  }

  /** Gives a run back as if it had not been claimed; the old lease is worth nothing after it. */
  static boolean handBack(Handle handle, Lease lease, Failure why) {
    return uncounted(handle, Outcome.HANDED_BACK, "state = 'queued'", lease, why);
  }

  /** {@link #handBack}, to be run again after a pause. */
  static boolean postpone(Handle handle, Lease lease, Duration pause, Failure why) {
    return uncounted(handle, Outcome.POSTPONED, LATER, lease, why.withDelay(pause));
  }

  /** {@link #postpone}, by the handler's wish. */
  static boolean snooze(Handle handle, Lease lease, Duration pause, Failure why) {
    return uncounted(handle, Outcome.SNOOZED, LATER, lease, why.withDelay(pause));
  }

  /**
   * Puts a task aside that this build cannot run as it is; another build takes it up.
   *
   * @param build of this worker
   */
  static boolean park(Handle handle, Lease lease, String build, Failure why) {
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

  /** Whether as many runs before this one as may be were postponed, one after the other. */
  static boolean postponedTooOften(Handle handle, Lease lease) {
    return handle
        .createQuery(
            """
            select count(*) filter (where last.outcome = :postponed) >= :most from (
              select outcome from task_attempts where task = :id order by lease desc limit :most) last
            """)
        .bind("postponed", Outcome.POSTPONED.stored())
        .bind("most", POSTPONEMENTS)
        .bind("id", lease.task().value())
        .mapTo(Boolean.class)
        .one();
  }

  /**
   * Ends a run that is not the last, and keeps what is known of it. Answers the seconds until the
   * next one may begin.
   */
  private static Query ending(
      Handle handle, Outcome outcome, String change, Lease lease, Failure failure) {
    return lease
        .bindTo(
            handle.createQuery(
                """
                with run as materialized (
                  select id, lease, attempt, worker, started_at from tasks where %s for update),
                kept as (
                  insert into task_attempts (task, lease, attempt, worker, started_at, ended_at, outcome,
                    error, log)
                  select id, lease, attempt, worker, started_at, skein_now(), :outcome, :error, :log
                  from run)
                update tasks t set %s, log = :log, lease_until = null from run where t.id = run.id
                returning extract(epoch from t.run_at - skein_now())
                """
                    .formatted(Lease.HELD, change)))
        .bind("outcome", outcome.stored())
        .bind("error", failure.error())
        .bind("log", failure.log());
  }
}
