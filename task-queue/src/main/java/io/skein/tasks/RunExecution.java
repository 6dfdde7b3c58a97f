package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers and writes how their runs ended. Platform threads, one per run: there are few
 * slots, handlers compute, and a thread that must be abandoned then costs no carrier. A slot is
 * free only when the end of its run is committed, or known to be another's business.
 */
final class RunExecution implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunExecution.class);
  private final Database database;
  private final Map<String, TaskHandler> handlers;
  private final RunRenewals renewals;
  private final FinishedRuns finished;
  private final RunEnds ends;
  private final Slots slots;
  private final WorkerReports reports;
  private final CompletionWriter completions;
  private final TimeLimitWatch limits = new TimeLimitWatch(this::giveUp);
  private final RunThreads threads = new RunThreads();
  private final Thread completionThread;

  RunExecution(
      TaskQueue queue,
      Map<String, TaskHandler> handlers,
      RunRenewals renewals,
      FinishedRuns finished,
      RunEnds ends,
      Slots slots,
      WorkerReports reports) {
    this.database = queue.database();
    this.handlers = handlers;
    this.renewals = renewals;
    this.finished = finished;
    this.ends = ends;
    this.slots = slots;
    this.reports = reports;
    this.completions =
        new CompletionWriter(
            database,
            finished,
            this::written,
            (run, refusal) -> threads.execute(() -> fail(run, refusal)));
    this.completionThread =
        Thread.ofPlatform()
            .name("skein-task-completions")
            .daemon()
            .unstarted(
                new RunUntilStopped(
                    "writing completions", completions, CompletionWriter.AFTER_FAILURE));
  }

  void start() {
    completionThread.start();
  }

  /** Runs the handler on a thread of its own. The run has a slot already. */
  void submit(Run run) {
    threads.execute(() -> execute(run));
  }

  /** Begins a run that waited to be alone. */
  void beginAlone(Run run) {
    if (database.read(handle -> renewals.begin(handle, run.lease()))) {
      submit(run);
    } else if (run.close()) {
      ends.lost(run);
    }
  }

  /** Takes a run from its handler and gives it back to the queue, its attempt not counted. */
  void takeBack(Run run) {
    if (run.close()) {
      run.interrupt();
      ends.handBack(run);
      if (run.onThread()) {
        reports.tell(listener -> listener.abandoned(run.task()));
      }
    }
  }

  /** Interrupts what still runs; ends that are not yet written are left to the reapers. */
  @Override
  public void close() {
    limits.close();
    completionThread.interrupt();
    threads.close();
  }

  // The outermost place of a handler: whatever it throws, an Error too, ends only its own run.
  private void execute(Run run) {
    if (!run.runsOn(Thread.currentThread())) {
      return;
    }
    @Nullable Throwable failure = null;
    long begin = System.nanoTime();
    try (var diagnostics = RunDiagnostics.of(run);
        var watch = limits.watch(run)) {
      Objects.requireNonNull(handlers.get(run.task().type()))
          .handle(new TaskContext(database, renewals, finished, run));
    } catch (Throwable e) {
      failure = e;
    } finally {
      run.leavesThread();
    }
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    reports.tell(listener -> listener.ran(run.task(), time));
    if (run.close()) {
      settleWhateverHappens(run, failure);
    }
  }

  /** The slot must come free: what fails while the end is chosen is an end of its own. */
  private void settleWhateverHappens(Run run, @Nullable Throwable failure) {
    try {
      settle(run, failure);
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("task", run.task().id())
          .log("the end of a run could not be told apart; it counts as failed");
      fail(run, e);
    }
  }

  private void settle(Run run, @Nullable Throwable failure) {
    Run.@Nullable StopReason reason = run.stopReason();
    if (run.completed()) {
      succeeded(run);
    } else if (reason == Run.StopReason.LEASE_LOST) {
      ends.lost(run);
    } else if (failure == null) {
      completions.add(run);
    } else if (reason == Run.StopReason.WORKER_STOPS
        && !(failure instanceof PermanentTaskException)) {
      ends.handBack(run);
    } else if (failure instanceof EndedByHandlerException wish) {
      settleAsAsked(run, wish);
    } else if (failure instanceof UnreadablePayloadException) {
      ends.park(run, ErrorText.of(failure));
    } else if (reason == null && PassingFailures.isPassing(failure)) {
      // Not the work's fault: it runs again soon, and no attempt is spent.
      ends.postpone(run, failure);
    } else {
      fail(run, failure);
    }
  }

  private void settleAsAsked(Run run, EndedByHandlerException wish) {
    switch (wish.end()) {
      case RETRY -> fail(run, wish, wish.pause());
      case SNOOZE -> ends.snooze(run, wish.pause(), wish.reason());
      case DISCARD -> ends.discard(run, wish.reason());
    }
  }

  private void fail(Run run, Throwable failure) {
    fail(run, failure, null);
  }

  private void fail(Run run, Throwable failure, @Nullable Duration pause) {
    Task task = run.task();
    String error = ErrorText.of(failure);
    boolean explained = failure instanceof PermanentTaskException;
    if (run.stopReason() == Run.StopReason.SOFT_LIMIT && !explained) {
      error = "ran longer than its soft time limit " + task.limits().soft() + "; " + error;
    }
    boolean last = explained || task.onLastAttempt();
    String outcome = last ? "ends" : "will be repeated";
    log(task, explained ? null : failure, outcome, error);
    if (last) {
      ends.end(run, explained ? TaskState.FAILED : TaskState.DEAD, error);
    } else {
      ends.retry(run, error, pause);
    }
  }

  private static void log(Task task, @Nullable Throwable cause, String outcome, String error) {
    try {
      LOG.atWarn()
          .setCause(cause)
          .addKeyValue("task", task.id())
          .addKeyValue("type", task.type())
          .addKeyValue("attempt", task.attempt())
          .addKeyValue("attempts", task.retries().maxAttempts())
          .addKeyValue("then", outcome)
          .addKeyValue("reason", error)
          .log("a run failed");
    } catch (RuntimeException | Error e) {
      // A handler may throw what throws when it is asked for its message.
      LOG.atWarn()
          .addKeyValue("task", task.id())
          .addKeyValue("type", task.type())
          .addKeyValue("then", outcome)
          .addKeyValue("reason", error)
          .log("a run failed");
    }
  }

  /** The hard limit: on the timer's thread, so the writing happens on another one. */
  private void giveUp(Run run) {
    threads.execute(() -> {
      if (run.close()) {
        run.askToStop(Run.StopReason.HARD_LIMIT);
        ends.end(run, TaskState.FAILED, run.task().limits().hardPassed());
        run.interrupt();
        if (run.onThread()) {
          LOG.atWarn()
              .addKeyValue("task", run.task().id())
              .addKeyValue("type", run.task().type())
              .log("a handler outlives its hard time limit; its thread is abandoned");
          reports.tell(listener -> listener.abandoned(run.task()));
        }
      }
    });
  }

  private void written(List<Run> batch, Set<Lease> committed) {
    slots.release(batch);
    for (Run run : batch) {
      reports.tell(listener -> {
        if (committed.contains(run.lease())) {
          listener.completed(run.task());
        } else {
          listener.leaseLost(run.task());
        }
      });
    }
  }

  private void succeeded(Run run) {
    written(List.of(run), Set.of(run.lease()));
  }
}
