package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.TraceParent;
import io.skein.postgres.TransactionConsumer;
import io.skein.postgres.TransactionWork;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may do during one run. Every write through it names the run's lease, so a run that
 * was given up (its worker was frozen, it was cancelled, it took too long) changes nothing. Thread
 * safe.
 */
public final class TaskContext {
  private final Database database;
  private final RunRenewals renewals;
  private final FinishedRuns finished;
  private final Run run;

  TaskContext(Database database, RunRenewals renewals, FinishedRuns finished, Run run) {
    this.database = database;
    this.renewals = renewals;
    this.finished = finished;
    this.run = run;
  }

  /** The task as it was claimed. */
  public Task task() {
    return run.task();
  }

  /**
   * Runs a step of the work in one transaction. The work comes first (flow rows, stream rows, its
   * effects); then the task's row is locked, its lease checked and renewed.
   *
   * @throws LeaseLostException when this run was given up; nothing of the step remains
   * @throws X what the work throws, after the rollback
   */
  public <T extends @Nullable Object, X extends Exception> T step(TransactionWork<T, X> work)
      throws X {
    boolean committed = false;
    try {
      T answer =
          database.inTransaction(transaction -> {
            T done = work.run(transaction);
            Run.Note note = run.untold();
            demand(renewals.renew(transaction.handle(), run.lease(), note));
            run.told(note);
            return done;
          });
      committed = true;
      return answer;
    } finally {
      if (!committed) {
        run.untell();
      }
    }
  }

  /** {@link #step} for work without an answer. */
  public <X extends Exception> void useStep(TransactionConsumer<X> work) throws X {
    step(transaction -> {
      work.run(transaction);
      return true;
    });
  }

  /**
   * Commits the last effects and the success of the task together: exactly once, or not at all. The
   * handler should return afterwards.
   *
   * @param result JSON text, at most 1 Mi characters
   * @throws LeaseLostException when this run was given up; nothing of the work remains
   * @throws PermanentTaskException when the result cannot be stored; nothing of the work remains
   * @throws X what the work throws, after the rollback
   */
  public <X extends Exception> void complete(TransactionConsumer<X> work, @Nullable String result)
      throws X {
    database.useTransaction(transaction -> {
      work.run(transaction);
      demand(
          finished.complete(
              transaction, new FinishedRuns.Completion(run.lease(), result, run.log())));
    });
    run.markCompleted();
  }

  /**
   * Leaves a result that is stored with the success when the handler returns; cheaper than {@link
   * #complete} for a task without effects in PostgreSQL.
   *
   * @param json JSON text, at most 1 Mi characters; when it cannot be stored, the task fails
   */
  public void result(String json) {
    run.leaveResult(Objects.requireNonNull(json));
  }

  /**
   * Says how far the work has come; seen by others within a heartbeat, or with the next {@link
   * #step}.
   *
   * @param percent 0 to 100
   */
  public void progress(int percent) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("progress is 0 to 100, but was " + percent);
    }
    run.noteProgress(percent);
  }

  /**
   * Leaves what the next run of this task needs to go on, should this one not end: written with the
   * next {@link #step}, in its transaction, or the next heartbeat; {@link Task#details} has it
   * then.
   *
   * @param json JSON text, at most 64 Ki characters
   * @throws IllegalArgumentException when it is no JSON, holds U+0000 or is too large
   */
  public void details(String json) {
    run.noteDetails(Details.checked(json));
  }

  /**
   * This run as a span of the trace that enqueued the task, for what it calls and enqueues ({@link
   * NewTask#withTraceparent}); of a new trace when the task has none. The same at each call.
   */
  public TraceParent trace() {
    return run.trace();
  }

  /** Adds a line to the run's log, of which the last 8,000 characters are kept with it. */
  public void log(String line) {
    run.log(line);
  }

  /**
   * Ends this run as failed for good.
   *
   * @throws PermanentTaskException always, to be let through
   */
  public void fail(String reason) {
    throw new PermanentTaskException(reason);
  }

  /**
   * Ends this run as failed; the next one, when there is one left, begins after a time of its own.
   *
   * @param pause at most ten years of it count
   * @throws RuntimeException always, to be let through
   */
  public void retryAfter(Duration pause, String reason) {
    throw new EndedByHandlerException(EndedByHandlerException.End.RETRY, pause, reason);
  }

  /**
   * Ends this run without counting it; it is repeated after the pause.
   *
   * @param pause at most ten years of it count
   * @throws RuntimeException always, to be let through
   */
  public void snooze(Duration pause, String reason) {
    throw new EndedByHandlerException(EndedByHandlerException.End.SNOOZE, pause, reason);
  }

  /**
   * Ends the task as cancelled: there is nothing to do any more.
   *
   * @throws RuntimeException always, to be let through
   */
  public void discard(String reason) {
    throw new EndedByHandlerException(EndedByHandlerException.End.DISCARD, Duration.ZERO, reason);
  }

  /**
   * Whether the run should end soon: the worker stops, the soft time limit is over, or the lease is
   * lost. A long handler asks between its batches.
   */
  public boolean stopRequested() {
    return run.stopReason() != null;
  }

  /**
   * Ends a handler that should end, at a place where that does no harm.
   *
   * @throws StopRequestedException to be let through
   */
  public void checkStop() {
    Run.StopReason reason = run.stopReason();
    if (reason != null) {
      throw new StopRequestedException(run.task().id(), reason.text());
    }
  }

  private void demand(boolean held) {
    if (!held) {
      run.askToStop(Run.StopReason.LEASE_LOST);
      throw new LeaseLostException(run.lease().task(), run.lease().number());
    }
  }
}
