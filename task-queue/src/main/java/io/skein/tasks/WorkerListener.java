package io.skein.tasks;

import java.time.Duration;

/**
 * Hears what a worker does, for counters. Called on the worker's own threads: must be quick and
 * thread safe. What it throws is logged and ignored.
 */
public interface WorkerListener {
  /** Hears nothing. */
  WorkerListener NONE = new WorkerListener() {};

  /** Its {@code startedAt} less its {@code runAt} is how long it waited, by PostgreSQL's clock. */
  default void claimed(Task task) {}

  /** The handler of a run has returned or thrown after so long, whatever comes of it. */
  default void ran(Task task, Duration time) {}

  default void completed(Task task) {}

  /** A run failed and will be repeated. */
  default void retried(Task task, String error) {}

  /** The task ended as failed or dead. */
  default void failed(Task task, TaskState end, String error) {}

  /**
   * The end of a run was written without its handler's reaction, which kept failing or took too
   * long.
   */
  default void reactionLeftOut(Task task, String error) {}

  /**
   * A run was handed back, its attempt not counted: the worker stops, or PostgreSQL could not serve
   * it at that moment.
   */
  default void handedBack(Task task) {}

  /** A task was put aside that this build cannot run. */
  default void parked(Task task, String reason) {}

  /** A run lost its lease: cancelled, or taken over. */
  default void leaseLost(Task task) {}

  /**
   * The thread of a run outlived its hard limit or the stop of the worker, or that of a handler's
   * reaction its bound, and was left alone.
   */
  default void abandoned(Task task) {}

  /** Tasks of lost workers went back to their queues. */
  default void reaped(int tasks) {}

  /**
   * The worker has run as many tasks as {@link WorkerSettings#recycleAfter} says and claims no
   * more. Stop it, on another thread, and replace its process.
   */
  default void spent() {}
}
