package io.skein.tasks;

import java.util.Locale;

/**
 * Where a task is in its life: waiting → scheduled → queued → running → succeeded, failed, dead or
 * cancelled. A run that is to be repeated goes back to scheduled; one that was handed back or lost
 * with its worker goes back to queued. All changes are drawn in {@code docs/task-states.md}.
 */
public enum TaskState {
  /** Waits for other tasks. */
  WAITING,
  /** Waits for its time. */
  SCHEDULED,
  /** May be claimed. */
  QUEUED,
  /** No worker can run it as it is; its error says why. A worker that can takes it up again. */
  PARKED,
  /** Claimed by a worker, under a lease. */
  RUNNING,
  SUCCEEDED,
  /** Refused for good: a permanent error, or the hard time limit. */
  FAILED,
  /** Out of attempts, or it took its worker down three times. */
  DEAD,
  CANCELLED;

  /** How it is told in SQL that a task is live. */
  static final String LIVE = "state in ('waiting', 'scheduled', 'queued', 'parked', 'running')";

  /** Whether a worker may still run it. */
  public boolean live() {
    return switch (this) {
      case WAITING, SCHEDULED, QUEUED, PARKED, RUNNING -> true;
      case SUCCEEDED, FAILED, DEAD, CANCELLED -> false;
    };
  }

  String stored() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TaskState ofStored(String stored) {
    return valueOf(stored.toUpperCase(Locale.ROOT));
  }
}
