package io.skein.tasks;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What can be done with many tasks at once. */
public enum BulkAction {
  /**
   * Queued again with all attempts and no crash; the error stays in an attempt. Tasks that were
   * cancelled because they needed it stay cancelled. One whose unique key a live task has is left.
   */
  RETRY(EnumSet.of(TaskState.FAILED, TaskState.DEAD, TaskState.CANCELLED, TaskState.PARKED)),
  /** As {@link TaskQueue#cancel}. */
  CANCEL(
      EnumSet.of(
          TaskState.WAITING,
          TaskState.SCHEDULED,
          TaskState.QUEUED,
          TaskState.PARKED,
          TaskState.RUNNING)),
  /** Deleted, with its attempts. */
  PURGE(EnumSet.of(TaskState.SUCCEEDED, TaskState.FAILED, TaskState.DEAD, TaskState.CANCELLED));

  private final Set<TaskState> from;

  BulkAction(Set<TaskState> from) {
    this.from = Set.copyOf(from);
  }

  /** To which tasks it applies; others are passed over. */
  public Set<TaskState> from() {
    return from;
  }

  /** Retry, cancel or purge. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
