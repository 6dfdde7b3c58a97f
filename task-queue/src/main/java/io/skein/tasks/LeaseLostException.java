package io.skein.tasks;

import java.io.Serial;

/**
 * The run was given up: cancelled, timed out, or taken over because its worker did not answer. Its
 * transaction is rolled back; the handler should end, nothing it writes counts any more.
 */
public final class LeaseLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  LeaseLostException(TaskId task, long lease) {
    super("task " + task + " no longer belongs to the run with lease " + lease);
  }
}
