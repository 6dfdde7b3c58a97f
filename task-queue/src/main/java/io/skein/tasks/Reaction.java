package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.util.Optional;

/** What a handler does about a run that failed. */
@FunctionalInterface
interface Reaction {
  void to(Transaction transaction, Task task, String error) throws Exception;

  /** {@link TaskHandler#onRetry}; empty when the handler has none of its own. */
  static Optional<Reaction> toRetry(TaskHandler handler) {
    return has(handler, "onRetry", Transaction.class, Task.class, String.class)
        ? Optional.of(handler::onRetry)
        : Optional.empty();
  }

  /** {@link TaskHandler#onFailed}, as {@link #toRetry}. */
  static Optional<Reaction> toEnd(TaskHandler handler, TaskState end) {
    return has(handler, "onFailed", Transaction.class, Task.class, TaskState.class, String.class)
        ? Optional.of((transaction, task, error) -> handler.onFailed(transaction, task, end, error))
        : Optional.empty();
  }

  /** The interface's own does nothing, and needs no thread to do it in. */
  private static boolean has(TaskHandler handler, String name, Class<?>... parameters) {
    try {
      return handler.getClass().getMethod(name, parameters).getDeclaringClass()
          != TaskHandler.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every handler has " + name, e);
    }
  }
}
