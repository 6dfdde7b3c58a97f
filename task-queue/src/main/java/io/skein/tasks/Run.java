package io.skein.tasks;

import org.jspecify.annotations.Nullable;

/**
 * One run of a task in this worker: its lease, whether it was asked to stop and why, and the thread
 * it runs on. Thread safe.
 */
final class Run {
  private final Task task;
  private final Lease lease;
  private @Nullable Thread thread;
  private @Nullable StopReason stopReason;
  private @Nullable String result;
  private boolean completed;
  private boolean closed;

  Run(Task task, long leaseNumber) {
    this.task = task;
    this.lease = new Lease(task.id(), leaseNumber);
  }

  /** Why a run should end; a later one counts more than an earlier one. */
  enum StopReason {
    WORKER_STOPS("the worker stops"),
    SOFT_LIMIT("its soft time limit is over"),
    HARD_LIMIT("its hard time limit is over"),
    LEASE_LOST("its lease was lost");

    private final String text;

    StopReason(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  Task task() {
    return task;
  }

  Lease lease() {
    return lease;
  }

  /** False when the run was ended before it began. */
  synchronized boolean runsOn(Thread handlerThread) {
    if (!closed) {
      thread = handlerThread;
    }
    return !closed;
  }

  /** After this nobody interrupts the thread, which may already run another task. */
  synchronized void leavesThread() {
    thread = null;
    var unused = Thread.interrupted();
  }

  synchronized void askToStop(StopReason reason) {
    if (stopReason == null || reason.compareTo(stopReason) > 0) {
      stopReason = reason;
    }
  }

  synchronized @Nullable StopReason stopReason() {
    return stopReason;
  }

  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  synchronized boolean onThread() {
    return thread != null;
  }

  synchronized void leaveResult(String json) {
    result = json;
  }

  synchronized @Nullable String result() {
    return result;
  }

  synchronized void markCompleted() {
    completed = true;
  }

  synchronized boolean completed() {
    return completed;
  }

  /** True for the first caller only: he decides the end of this run and frees its slot. */
  synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    return first;
  }
}
