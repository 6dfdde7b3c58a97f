package io.skein.tasks;

import io.skein.postgres.TraceParent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task in this worker: its lease, whether it was asked to stop and why, and the thread
 * it runs on. Thread safe.
 */
final class Run {
  /** Characters of a run's log that are kept. */
  private static final int LOG_BOUND = 8_000;

  private final Task task;
  private final Lease lease;
  private @Nullable Thread thread;
  private @Nullable StopReason stopReason;
  private @Nullable TraceParent trace;
  private @Nullable String result;
  private Note note = Note.NONE;
  private Note told = Note.NONE;
  private final StringBuilder log = new StringBuilder();
  private boolean completed;
  private boolean closed;

  Run(Task task, long leaseNumber) {
    this.task = task;
    this.lease = new Lease(task.id(), leaseNumber);
  }

  /** What the handler says meanwhile; null for nothing. */
  record Note(@Nullable Integer progress, @Nullable String details) {
    static final Note NONE = new Note(null, null);
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

  synchronized void noteProgress(int percent) {
    note = new Note(percent, note.details());
  }

  synchronized void noteDetails(String json) {
    note = new Note(note.progress(), json);
  }

  /** What the handler has said and PostgreSQL may not know yet. */
  synchronized Note untold() {
    return new Note(
        Objects.equals(note.progress(), told.progress()) ? null : note.progress(),
        Objects.equals(note.details(), told.details()) ? null : note.details());
  }

  /** That it was written; while the task's row is locked, so that no older one is written later. */
  synchronized void told(Note written) {
    told =
        new Note(
            written.progress() == null ? told.progress() : written.progress(),
            written.details() == null ? told.details() : written.details());
  }

  /** What was written may have been rolled back. */
  synchronized void untell() {
    told = Note.NONE;
  }

  /** This run's span: of its task's trace, or of a new one. */
  synchronized TraceParent trace() {
    if (trace == null) {
      trace =
          TraceParent.parse(task.traceparent())
              .map(TraceParent::child)
              .orElseGet(TraceParent::begin);
    }
    return trace;
  }

  /** Keeps the end of what was logged. */
  synchronized void log(String line) {
    String clean = line.replace('\u0000', '\uFFFD');
    log.append(clean, Math.max(0, clean.length() - LOG_BOUND), clean.length()).append('\n');
    if (log.length() > LOG_BOUND) {
      log.delete(0, log.length() - LOG_BOUND);
    }
  }

  /** The end of what a remote run logged. */
  static @Nullable String end(@Nullable String log) {
    if (log == null || log.isEmpty()) {
      return null;
    }
    return log.substring(Math.max(0, log.length() - LOG_BOUND)).replace('\u0000', '\uFFFD');
  }

  /** Null when nothing was logged. */
  synchronized @Nullable String log() {
    return log.isEmpty() ? null : log.toString();
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
