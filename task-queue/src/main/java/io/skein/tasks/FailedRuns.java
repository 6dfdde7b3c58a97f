package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import io.skein.postgres.TransactionConsumer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that a run failed, together with what its handler does about it: in one transaction, the
 * handler's reaction first (it may lock flow rows), the task's row last. A reaction that keeps
 * failing, or does not return, is left out: the end of a run must not depend on it.
 */
final class FailedRuns {
  /** How often a reaction that throws is tried before the task ends without it. */
  static final int TRIES = 5;

  /** The same for one that PostgreSQL could not serve at that moment. */
  static final int PASSING_TRIES = 10;

  /** No transaction may be longer. */
  static final Duration LONGEST_REACTION = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(FailedRuns.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** How long one that was interrupted may take to return. */
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

  private final Database database;
  private final Map<String, TaskHandler> handlers;
  private final WorkerReports reports;
  private final Duration longest;

  /**
   * @param longest past it a reaction is interrupted and left out
   */
  FailedRuns(
      Database database,
      Map<String, TaskHandler> handlers,
      WorkerReports reports,
      Duration longest) {
    this.database = database;
    this.handlers = handlers;
    this.reports = reports;
    this.longest = longest;
  }

  /** The last statement of the transaction; answers false when the row may not be written. */
  @FunctionalInterface
  interface Write {
    boolean to(Transaction transaction, String error);
  }

  /**
   * Another attempt follows.
   *
   * @param unbounded why; the handler gets what can be kept of it
   * @return false when the write found that the run is no longer ours; nothing happened
   * @throws RuntimeException when PostgreSQL cannot be asked at this moment; to be repeated
   * @throws InterruptedException when the worker stops meanwhile
   */
  boolean retry(Task task, String unbounded, Write write) throws InterruptedException {
    return write(task, unbounded, handler(task).flatMap(Reaction::toRetry), write);
  }

  /** As {@link #retry}, when the task is over. */
  boolean end(Task task, TaskState state, String unbounded, Write write)
      throws InterruptedException {
    return write(task, unbounded, handler(task).flatMap(h -> Reaction.toEnd(h, state)), write);
  }

  /** Empty when only workers in other languages know the type. */
  private Optional<TaskHandler> handler(Task task) {
    return Optional.ofNullable(handlers.get(task.type()));
  }

  private boolean write(Task task, String unbounded, Optional<Reaction> reaction, Write write)
      throws InterruptedException {
    String error = ErrorText.storable(unbounded);
    return reaction.isPresent()
        ? withReaction(task, error, reaction.get(), write)
        : commit(transaction -> {}, error, write);
  }

  private boolean withReaction(Task task, String error, Reaction reaction, Write write)
      throws InterruptedException {
    for (int tries = 1; true; tries++) {
      try {
        return inTime(
            task,
            () -> commit(transaction -> react(reaction, transaction, task, error), error, write));
      } catch (ReactionException e) {
        if (e.last(tries)) {
          return withoutReaction(task, error, e.reason(), write);
        }
      }
      Thread.sleep(pauseAfter(tries));
    }
  }

  private boolean withoutReaction(Task task, String error, Throwable reason, Write write) {
    LOG.atError()
        .setCause(reason)
        .addKeyValue("task", task.id())
        .addKeyValue("type", task.type())
        .log("the reaction to a failed run keeps failing; the failure is written without it");
    // Whatever was said before, both belong into what is kept.
    String said = error.substring(0, Math.min(error.length(), ErrorText.BOUND / 2));
    String told = said + "; and the handler's reaction threw " + ErrorText.of(reason);
    boolean written = commit(transaction -> {}, told, write);
    if (written) {
      reports.tell(listener -> listener.reactionLeftOut(task, told));
    }
    return written;
  }

  /**
   * On a thread of its own: one that does not even heed the interrupt is left alone. Its
   * transaction changes nothing any more, since the write at its end names the lease.
   */
  private boolean inTime(Task task, Callable<Boolean> transaction)
      throws InterruptedException, ReactionException {
    FutureTask<Boolean> result =
        new FutureTask<>(() -> {
          try (var diagnostics = RunDiagnostics.of(task)) {
            return transaction.call();
          }
        });
    Thread thread = Thread.ofPlatform().name("skein-task-reaction").daemon().start(result);
    try {
      return result.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      return interrupted(task, thread, result);
    } catch (ExecutionException e) {
      throw rethrown(Objects.requireNonNull(e.getCause()));
    } catch (InterruptedException stopping) {
      thread.interrupt();
      throw stopping;
    }
  }

  private boolean interrupted(Task task, Thread thread, FutureTask<Boolean> result)
      throws InterruptedException, ReactionException {
    thread.interrupt();
    try {
      return result.get(AFTER_INTERRUPT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new ReactionException(new LateReactionException(longest), true);
    } catch (TimeoutException e) {
      reports.tell(listener -> listener.abandoned(task));
      throw new ReactionException(new LateReactionException(longest), true);
    }
  }

  private static RuntimeException rethrown(Throwable failure) throws ReactionException {
    if (failure instanceof ReactionException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
  }

  private <X extends Exception> boolean commit(
      TransactionConsumer<X> reacting, String error, Write write) throws X {
    try {
      database.<X>useTransaction(transaction -> {
        reacting.run(transaction);
        if (!write.to(transaction, error)) {
          throw new NotOursException();
        }
      });
      return true;
    } catch (NotOursException e) {
      return false;
    }
  }

  // Whatever it throws is told apart from what the transaction throws; an Error too stays inside.
  @SuppressWarnings("CatchingUnchecked")
  private static void react(Reaction reaction, Transaction transaction, Task task, String error)
      throws ReactionException {
    try {
      reaction.to(transaction, task, error);
      // What would fail the task's own write or the commit, because the reaction has swallowed an
      // error or broken a deferred constraint, fails here.
      transaction.handle().execute("set constraints all immediate");
    } catch (Throwable e) {
      throw new ReactionException(e, false);
    }
  }

  private static Duration pauseAfter(int tries) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(tries - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** What a handler's reaction threw, told apart from what the transaction around it throws. */
  private static final class ReactionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Throwable reason;
    private final boolean late;

    ReactionException(Throwable reason, boolean late) {
      super(reason);
      this.reason = reason;
      this.late = late;
    }

    Throwable reason() {
      return reason;
    }

    boolean last(int tries) {
      return late || tries >= (PassingFailures.isPassing(reason) ? PASSING_TRIES : TRIES);
    }
  }

  private static final class LateReactionException extends Exception {
    private static final long serialVersionUID = 1L;

    LateReactionException(Duration longest) {
      super("it did not return within " + longest);
    }
  }

  private static final class NotOursException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
