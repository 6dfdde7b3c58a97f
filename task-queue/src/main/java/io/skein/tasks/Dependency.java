package io.skein.tasks;

import java.util.List;

/**
 * For what a task waits before it is queued. A chain is a row of tasks each of which waits for the
 * one before; a batch with a callback is a task that waits for all of the batch; a join waits for
 * the ends of several chains. Immutable.
 *
 * @param tasks all of them, those that no longer exist count as succeeded; empty for none
 * @param until whether they must succeed
 */
public record Dependency(List<TaskId> tasks, Until until) {
  /** Waits for nothing. */
  public static final Dependency NONE = new Dependency(List.of(), Until.SUCCEEDED);

  /** What must have become of the others. */
  public enum Until {
    /** Each has succeeded; when one ends otherwise, the waiting task is cancelled. */
    SUCCEEDED,
    /** Each has ended, however. */
    ENDED
  }

  public Dependency {
    tasks = List.copyOf(tasks);
  }
}
