package io.skein.tasks;

import java.io.Serial;

/**
 * Thrown by {@link TaskContext#checkStop} into a handler that should end. Let it pass: the worker
 * knows why it asked, and hands the task back, repeats it or drops it accordingly.
 */
public final class StopRequestedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StopRequestedException(TaskId task, String reason) {
    super("task " + task + " was asked to stop: " + reason);
  }
}
