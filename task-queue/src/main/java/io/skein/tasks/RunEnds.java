package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes how runs ended that did not succeed, each until PostgreSQL has taken it; the slot is free
 * after that, or when the lease turns out to be lost. Thread safe.
 */
final class RunEnds {
  private static final Logger LOG = LoggerFactory.getLogger(RunEnds.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Before work is tried again that PostgreSQL could not serve at that moment. */
  private static final Duration PASSING_FAILURE_PAUSE = Duration.ofSeconds(1);

  private final Database database;
  private final FinishedRuns finished;
  private final FailedRuns failedRuns;
  private final Slots slots;
  private final RedisHints hints;
  private final Upkeep upkeep;
  private final WorkerReports reports;
  private final String build;

  RunEnds(
      TaskQueue queue,
      FinishedRuns finished,
      FailedRuns failedRuns,
      Slots slots,
      Upkeep upkeep,
      WorkerReports reports,
      String build) {
    this.database = queue.database();
    this.hints = queue.hints();
    this.finished = finished;
    this.failedRuns = failedRuns;
    this.slots = slots;
    this.upkeep = upkeep;
    this.reports = reports;
    this.build = build;
  }

  /**
   * Another attempt follows.
   *
   * @param pause before it; null for the task's own
   */
  void retry(Run run, String error, @Nullable Duration pause) {
    untilWritten(run, () -> writeRetry(run, error, pause));
  }

  /** The task is over. */
  void end(Run run, TaskState state, String error) {
    untilWritten(run, () -> writeEnd(run, state, error));
  }

  /** The task is over as cancelled; its handler needs no telling, it has said so. */
  void discard(Run run, String reason) {
    untilWritten(
        run,
        () ->
            database.inTransaction(
                tx -> finished.end(tx, run.lease(), TaskState.CANCELLED, Failure.of(reason, run))));
  }

  /** Gives it back to the queue. */
  void handBack(Run run) {
    untilWritten(
        run,
        () -> {
          Failure why = Failure.of("its worker stopped", run);
          boolean given =
              database.read(handle -> UnfinishedRuns.handBack(handle, run.lease(), why));
          if (given) {
            Task task = run.task();
            hints.offer(Hint.of(task));
            reports.tell(listener -> listener.handedBack(task));
          }
          return given;
        });
  }

  /** It was not the work's fault, unless it happens again and again: then the run has failed. */
  void postpone(Run run, Throwable failure) {
    String error = ErrorText.of(failure);
    Failure why = Failure.of(error, run);
    untilWritten(
        run,
        () -> {
          if (database.read(handle -> UnfinishedRuns.postponedTooOften(handle, run.lease()))) {
            return writeFailure(run, "does not pass by itself: " + error);
          }
          return writeLater(
              run,
              PASSING_FAILURE_PAUSE,
              handle -> UnfinishedRuns.postpone(handle, run.lease(), PASSING_FAILURE_PAUSE, why));
        });
  }

  void snooze(Run run, Duration pause, String reason) {
    Failure why = Failure.of(reason, run);
    untilWritten(
        run,
        () ->
            writeLater(
                run, pause, handle -> UnfinishedRuns.snooze(handle, run.lease(), pause, why)));
  }

  /** This build cannot run it. */
  void park(Run run, String reason) {
    Failure why = Failure.of(reason, run);
    untilWritten(
        run,
        () -> {
          boolean parked =
              database.read(handle -> UnfinishedRuns.park(handle, run.lease(), build, why));
          if (parked) {
            reports.tell(listener -> listener.parked(run.task(), reason));
          }
          return parked;
        });
  }

  private boolean writeFailure(Run run, String error) throws InterruptedException {
    LOG.atWarn()
        .addKeyValue("task", run.task().id())
        .addKeyValue("type", run.task().type())
        .log("a run was postponed too often; it counts as failed: {}", error);
    return run.task().onLastAttempt()
        ? writeEnd(run, TaskState.DEAD, error)
        : writeRetry(run, error, null);
  }

  private boolean writeRetry(Run run, String error, @Nullable Duration pause)
      throws InterruptedException {
    AtomicReference<@Nullable Duration> delay = new AtomicReference<>();
    boolean written =
        failedRuns.retry(
            run.task(),
            error,
            (transaction, reason) -> {
              Failure failure = Failure.of(reason, run).withDelay(pause);
              delay.set(
                  UnfinishedRuns.retry(transaction.handle(), run.lease(), failure).orElse(null));
              return delay.get() != null;
            });
    if (written) {
      upkeep.promoteIn(Objects.requireNonNull(delay.get()).plusMillis(1));
      reports.tell(listener -> listener.retried(run.task(), error));
    }
    return written;
  }

  private boolean writeEnd(Run run, TaskState state, String error) throws InterruptedException {
    boolean ended =
        failedRuns.end(
            run.task(),
            state,
            error,
            (transaction, reason) ->
                finished.end(transaction, run.lease(), state, Failure.of(reason, run)));
    if (ended) {
      reports.tell(listener -> listener.failed(run.task(), state, error));
    }
    return ended;
  }

  private boolean writeLater(
      Run run, Duration pause, HandleCallback<Boolean, RuntimeException> write) {
    boolean given = database.read(write);
    if (given) {
      upkeep.promoteIn(pause.plusMillis(1));
      reports.tell(listener -> listener.handedBack(run.task()));
    }
    return given;
  }

  /** It is another's business, or cancelled. */
  void lost(Run run) {
    slots.release(run);
    reports.tell(listener -> listener.leaseLost(run.task()));
  }

  /** Repeats the write until PostgreSQL took it; the slot stays taken meanwhile. */
  private void untilWritten(Run run, EndWrite write) {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        if (write.write()) {
          slots.release(run);
        } else {
          lost(run);
        }
        return;
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
        return; // the reapers of other workers find it
      } catch (RuntimeException | Error e) {
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("task", run.task().id())
            .log("the end of a run was not written; trying again");
        pause = sleep(pause);
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      }
    }
  }

  private static Duration sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  /** True when the end was written, false when the lease was lost. */
  @FunctionalInterface
  private interface EndWrite {
    boolean write() throws InterruptedException;
  }
}
