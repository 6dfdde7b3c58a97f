package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * What workers in other languages say of their runs. Each names the lease and changes nothing when
 * that is lost; the first of them also writes when the run began. Thread safe.
 */
public final class RemoteRuns {
  private final Database database;
  private final RedisHints hints;
  private final Duration term;
  private final RunRenewals renewals;
  private final FinishedRuns finished;
  private final Map<String, RemoteTaskHandler> handlers;
  private final FailedRuns failedRuns;

  RemoteRuns(
      Database database,
      RedisHints hints,
      Duration term,
      Collection<? extends RemoteTaskHandler> handlers) {
    this.database = database;
    this.hints = hints;
    this.term = term;
    this.renewals = new RunRenewals(term);
    this.finished = new FinishedRuns(hints);
    this.handlers =
        handlers.stream()
            .collect(Collectors.toUnmodifiableMap(TaskHandler::type, Function.identity()));
    this.failedRuns =
        new FailedRuns(
            database,
            Map.copyOf(this.handlers),
            new WorkerReports(WorkerListener.NONE),
            FailedRuns.LONGEST_REACTION);
  }

  /** Whether another attempt may help. */
  public enum Permanence {
    PASSING,
    PERMANENT
  }

  /** The task, while the lease is held; empty when it is lost. */
  public Optional<Task> held(Lease lease) {
    return database.read(handle ->
        lease
            .bindTo(
                handle.createQuery(
                    "select " + TaskRow.COLUMNS + " from tasks t where " + Lease.HELD))
            .map((row, context) -> TaskRow.read(row))
            .findOne());
  }

  /** Whether a run that was just claimed is needed; when it is not, its task is over. */
  boolean begins(RemoteRun run) {
    RemoteTaskHandler handler = handlers.get(run.task().type());
    if (handler == null) {
      return true;
    }
    return database.inTransaction(transaction -> {
      Optional<String> unneeded = handler.claimed(transaction, run.task());
      unneeded.ifPresent(reason -> discard(transaction, run.lease(), reason));
      return unneeded.isEmpty();
    });
  }

  /** When the lease is lost meanwhile, the task is another's business. */
  private void discard(Transaction transaction, Lease lease, String reason) {
    var ended =
        finished.end(transaction, lease, TaskState.CANCELLED, new Failure(reason, null, null));
  }

  /**
   * Renews the lease, unless the run is longer than its hard time limit: then the task fails.
   *
   * @param progress percent; null leaves it as it is
   * @param details JSON text for the next run, at most 64 Ki characters; null leaves them
   * @return false when the lease is lost: somebody else runs the task, or it is over
   * @throws IllegalArgumentException when the details are no JSON, too large, or hold U+0000
   */
  public boolean heartbeat(Lease lease, @Nullable Integer progress, @Nullable String details)
      throws InterruptedException {
    if (progress != null && (progress < 0 || progress > 100)) {
      throw new IllegalArgumentException("progress is 0 to 100 percent");
    }
    String checked = details == null ? null : Details.checked(details);
    boolean renewed = renew(lease, new Run.Note(progress, checked));
    if (!renewed) {
      endWhatTookTooLong(lease);
    } else if (progress != null && !handlers.isEmpty()) {
      held(lease)
          .ifPresent(task -> {
            RemoteTaskHandler handler = handlers.get(task.type());
            if (handler != null) {
              handler.progressed(task, progress, checked);
            }
          });
    }
    return renewed;
  }

  private boolean renew(Lease lease, Run.Note note) {
    try {
      return database.read(handle -> {
        begin(handle, lease);
        seen(handle, lease);
        return !tooLong(handle, lease) && renewals.renew(handle, lease, note);
      });
    } catch (JdbiException e) {
      if (RefusedData.isCauseOf(e)) {
        throw new IllegalArgumentException("the details were refused: " + RefusedData.reason(e), e);
      }
      throw e;
    }
  }

  /**
   * Ends the task as succeeded.
   *
   * @param result JSON text
   * @return false when the lease is lost
   * @throws PermanentTaskException when the result cannot be stored or used; the task goes on
   *     running
   */
  public boolean complete(Lease lease, @Nullable String result, @Nullable String log) {
    Optional<Task> held = handlers.isEmpty() ? Optional.empty() : held(lease);
    FinishedRuns.Completion completion = new FinishedRuns.Completion(lease, result, Run.end(log));
    try {
      database.useTransaction(transaction -> {
        held.ifPresent(task -> take(transaction, task, result));
        begin(transaction.handle(), lease);
        if (!finished.complete(transaction, completion)) {
          throw new LeaseLostException(lease.task(), lease.number());
        }
      });
      return true;
    } catch (LeaseLostException e) {
      return false;
    } catch (JdbiException e) {
      if (RefusedData.isCauseOf(e)) {
        throw new PermanentTaskException("the result was refused: " + RefusedData.reason(e), e);
      }
      throw e;
    }
  }

  private void take(Transaction transaction, Task task, @Nullable String result) {
    RemoteTaskHandler handler = handlers.get(task.type());
    if (handler != null) {
      handler.complete(transaction, task, result);
    }
  }

  /**
   * Ends a run that failed: the task is repeated, or over when the error is permanent or no attempt
   * is left.
   *
   * @param pause before the next run; null for the task's own
   * @return the state of the task after it; empty when the lease is lost
   */
  public Optional<TaskState> fail(
      Lease lease,
      String error,
      Permanence permanence,
      @Nullable Duration pause,
      @Nullable String log)
      throws InterruptedException {
    Optional<Task> held = held(lease);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    Task task = held.get();
    TaskState end = end(task, permanence);
    boolean written =
        end.live()
            ? failedRuns.retry(
                task,
                error,
                (transaction, reason) -> {
                  begin(transaction.handle(), lease);
                  return UnfinishedRuns.retry(
                          transaction.handle(), lease, new Failure(reason, Run.end(log), pause))
                      .isPresent();
                })
            : end(task, lease, end, error, Run.end(log));
    return written ? Optional.of(end) : Optional.empty();
  }

  /** Gives the task back as if it had not been claimed; false when the lease is lost. */
  public boolean release(Lease lease, @Nullable String log) {
    Optional<Task> held = held(lease);
    Failure why = new Failure("its worker gave it back", Run.end(log), null);
    boolean back =
        held.isPresent()
            && database.read(handle -> {
              begin(handle, lease);
              return UnfinishedRuns.handBack(handle, lease, why);
            });
    if (!back) {
      return false;
    }
    hints.offer(Hint.of(held.get()));
    return true;
  }

  /** Gives a run back that its worker has not heard of, to be claimed after a pause. */
  void postpone(Lease lease, Duration pause, String reason) {
    Failure why = new Failure(reason, null, null);
    var postponed = database.read(handle -> UnfinishedRuns.postpone(handle, lease, pause, why));
  }

  private void endWhatTookTooLong(Lease lease) throws InterruptedException {
    Optional<Task> held = held(lease);
    if (held.isPresent() && database.read(handle -> tooLong(handle, lease))) {
      Task task = held.get();
      var written = end(task, lease, TaskState.FAILED, task.limits().hardPassed(), null);
    }
  }

  private boolean end(Task task, Lease lease, TaskState end, String error, @Nullable String log)
      throws InterruptedException {
    return failedRuns.end(
        task,
        end,
        error,
        (transaction, reason) -> {
          begin(transaction.handle(), lease);
          return finished.end(transaction, lease, end, new Failure(reason, log, null));
        });
  }

  private static TaskState end(Task task, Permanence permanence) {
    if (permanence == Permanence.PERMANENT) {
      return TaskState.FAILED;
    }
    return task.onLastAttempt() ? TaskState.DEAD : TaskState.SCHEDULED;
  }

  /** A run began with its claim, but that counts only once its worker has said anything of it. */
  private void begin(Handle handle, Lease lease) {
    lease
        .bindTo(
            handle.createUpdate(
                """
                update tasks set started_at = lease_until - :term * interval '1 ms'
                where started_at is null and
                """
                    + Lease.HELD))
        .bind("term", term.toMillis())
        .execute();
  }

  private static boolean tooLong(Handle handle, Lease lease) {
    return lease
        .bindTo(
            handle.createQuery(
                "select started_at + hard_limit < skein_now() from tasks where " + Lease.HELD))
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  /** A worker that is busy for long does not claim, and is there all the same. */
  private static void seen(Handle handle, Lease lease) {
    lease
        .bindTo(
            handle.createUpdate(
                """
                update task_workers w set seen_at = skein_now()
                from tasks t
                where t.id = :id and t.lease = :lease and w.identity = t.worker and w.remote
                  and w.seen_at < skein_now() - interval '2 seconds'
                """))
        .execute();
  }
}
