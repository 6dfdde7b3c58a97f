package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of tasks of one type that workers in other languages run: they do the work, this
 * takes what comes of it. Given to {@link TaskQueue#remoteWorkers}, and to the {@link Worker}s too,
 * which end tasks of lost workers; these must not serve the queue. Thread safe.
 */
public interface RemoteTaskHandler extends TaskHandler {
  /**
   * Looks at a task that a worker has just claimed, before it is handed out. Like the others it is
   * called before the task's row is locked, so flow rows may be locked.
   *
   * @return why the run is not needed: the task is cancelled then, with that reason. Empty to go on
   */
  default Optional<String> claimed(Transaction transaction, Task task) {
    return Optional.empty();
  }

  /**
   * Takes a result, in the very transaction that completes the task and before its row is written:
   * both happen, once, or neither.
   *
   * @param result JSON text
   * @throws PermanentTaskException when it cannot be used, saying why; the task goes on running, so
   *     that the worker can complete it with another result, or fail it
   */
  void complete(Transaction transaction, Task task, @Nullable String result);

  /**
   * Hears how far a run has come, after it was written.
   *
   * @param details JSON text
   */
  default void progressed(Task task, int percent, @Nullable String details) {}

  /** A worker of this process should not serve the queue of such tasks. */
  @Override
  default void handle(TaskContext context) {
    throw new PermanentTaskException(
        "tasks of type " + type() + " are for workers that speak HTTP; this one is none");
  }
}
