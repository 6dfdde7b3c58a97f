package io.skein.tasks;

import java.util.Locale;

/**
 * Where a task is in its life: scheduled → queued → running → succeeded, failed, dead or cancelled.
 * A run that is to be repeated goes back to scheduled; one that was handed back or lost with its
 * worker goes back to queued.
 */
public enum TaskState {
  /** Waits for its time. */
  SCHEDULED,
  /** May be claimed. */
  QUEUED,
  /** Claimed by a worker, under a lease. */
  RUNNING,
  SUCCEEDED,
  /** Refused for good: a permanent error, or the hard time limit. */
  FAILED,
  /** Out of attempts, or it took its worker down three times. */
  DEAD,
  CANCELLED;

  /** Whether a worker may still run it. */
  public boolean live() {
    return this == SCHEDULED || this == QUEUED || this == RUNNING;
  }

  String stored() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TaskState ofStored(String stored) {
    return valueOf(stored.toUpperCase(Locale.ROOT));
  }
}
