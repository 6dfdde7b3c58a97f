package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import io.skein.postgres.TransactionConsumer;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that a run failed, together with what its handler does about it: in one transaction, the
 * handler's reaction first (it may lock flow rows), the task's row last.
 */
final class FailedRuns {
  /** How often a reaction that throws is tried before the task ends without it. */
  static final int HOOK_ATTEMPTS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(FailedRuns.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final Database database;
  private final Map<String, TaskHandler> handlers;

  FailedRuns(Database database, Map<String, TaskHandler> handlers) {
    this.database = database;
    this.handlers = handlers;
  }

  /** The last statement of the transaction; answers false when the row may not be written. */
  @FunctionalInterface
  interface Write {
    boolean to(Transaction transaction, String error);
  }

  /** What of the handler is called: {@link TaskHandler#onRetry} or {@link TaskHandler#onFailed}. */
  @FunctionalInterface
  interface Reaction {
    void of(TaskHandler handler, Transaction transaction, Task task, String error) throws Exception;
  }

  /**
   * @param unbounded why; the handler gets what can be kept of it
   * @return false when the write found that the run is no longer ours; nothing happened
   * @throws RuntimeException when PostgreSQL cannot be asked at this moment; to be repeated
   * @throws InterruptedException when the worker stops meanwhile
   */
  boolean write(Task task, String unbounded, Reaction reaction, Write write)
      throws InterruptedException {
    String error = LeasedWrites.storable(unbounded);
    for (int attempt = 1; attempt <= HOOK_ATTEMPTS; attempt++) {
      try {
        return commit(transaction -> react(reaction, transaction, task, error), error, write);
      } catch (HookException e) {
        if (PassingFailures.isPassing(e)) {
          throw new IllegalStateException("the reaction to a failed run has to be repeated", e);
        }
        if (attempt == HOOK_ATTEMPTS) {
          LOG.atError()
              .setCause(e)
              .addKeyValue("task", task.id())
              .addKeyValue("type", task.type())
              .log("the reaction to a failed run keeps failing; the failure is written without it");
          String told = error + "; and the handler's reaction threw " + ErrorText.of(e.reason());
          return commit(transaction -> {}, told, write);
        }
        Thread.sleep(FIRST_PAUSE.multipliedBy(1L << attempt));
      }
    }
    throw new AssertionError("the last attempt returns or throws");
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
  private void react(Reaction reaction, Transaction transaction, Task task, String error)
      throws HookException {
    TaskHandler handler = handlers.get(task.type());
    if (handler == null) {
      return; // only workers in other languages know the type; they have no reactions
    }
    try {
      reaction.of(handler, transaction, task, error);
    } catch (Throwable e) {
      throw new HookException(e);
    }
  }

  /** What a handler's reaction threw, told apart from what the transaction around it throws. */
  private static final class HookException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Throwable reason;

    HookException(Throwable reason) {
      super(reason);
      this.reason = reason;
    }

    Throwable reason() {
      return reason;
    }
  }

  private static final class NotOursException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
