package io.skein.tasks;

import io.skein.postgres.Transaction;

/**
 * The work of one type of task. One instance serves all runs of a worker, several at once: it must
 * be thread safe. A run may happen again after a crash, so effects belong into {@link
 * TaskContext#step} or {@link TaskContext#complete}, where they count once.
 */
public interface TaskHandler {
  /** The type of task this handles, the same for the handler's whole life. */
  String type();

  /**
   * Retries and time limits of tasks of this type whose enqueuer chose none, the same for the
   * handler's whole life. A worker writes them down for its queues when it starts; they are those
   * of what is enqueued there from then on, by anybody in any language, until a worker with another
   * declaration starts.
   */
  default TypeDefaults defaults() {
    return TypeDefaults.STANDARD;
  }

  /**
   * Does the work on a thread of its own. To return means success, unless {@link
   * TaskContext#complete} has said so before.
   *
   * @throws PermanentTaskException when another attempt is pointless: the task fails at once
   * @throws Exception anything else is tried again, until the attempts are used up; a failure of
   *     PostgreSQL that passes by itself (no connection, a deadlock, a lock waited for too long)
   *     costs no attempt, unless it happens in more than ten runs in a row
   */
  void handle(TaskContext context) throws Exception;

  /**
   * Reacts to a run that failed and will be repeated, in the very transaction that schedules the
   * next one. As for {@link #onFailed}, flow rows may be locked here, and one that keeps throwing
   * is left out.
   *
   * @param task as it was during the run that failed
   * @param error why
   */
  default void onRetry(Transaction transaction, Task task, String error) throws Exception {}

  /**
   * Reacts to the end of a task that did not succeed (failed or dead; not cancelled), in the very
   * transaction that ends it. Runs in any worker that knows the type, since the one that ran the
   * task may be gone; the task's row is written after this, so flow rows may be locked here. It is
   * repeated when the transaction fails. When it keeps throwing, swallows an error of PostgreSQL or
   * takes longer than a minute (then it is interrupted), the task ends without it, and the task's
   * error says so. Runs on a thread of its own, whose MDC tells of the task as that of a run.
   *
   * @param task as it was during its last run
   * @param end {@code FAILED} when the error was written for people (a {@link
   *     PermanentTaskException}, a time limit), {@code DEAD} when the attempts are used up or the
   *     task took its workers down
   * @param error why
   */
  default void onFailed(Transaction transaction, Task task, TaskState end, String error)
      throws Exception {}
}
