package io.skein.tasks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the model knows of a task. */
final class ModelledTask {
  TaskState state = TaskState.QUEUED;
  int attempt;
  int crashes;
  long lease;
  int waitsFor;
  final List<TaskId> needs = new ArrayList<>();
  boolean onEnd;
  @Nullable String unique;

  String type = TaskSequence.KNOWN;

  /** Its last run, or the present one, has begun: one that crashed twice is claimed before. */
  boolean started;

  boolean expires;
  boolean expired;

  /** The builds that could not read it. */
  final Set<String> refusedBy = new HashSet<>();

  boolean runnable() {
    boolean inTime = !expired || started || crashes >= 2;
    return state == TaskState.QUEUED
        && type.equals(TaskSequence.KNOWN)
        && !refusedBy.contains(TaskSequence.BUILD)
        && inTime;
  }

  /** Its time is over before it has begun. */
  boolean tooLate() {
    return expired && !started && crashes < 2 && state.live() && state != TaskState.RUNNING;
  }

  /** What a run leaves that does not count. */
  void uncounted(TaskState then) {
    state = then;
    attempt--;
    lease++;
  }

  @Override
  public String toString() {
    return state
        + " attempt="
        + attempt
        + " crashes="
        + crashes
        + " lease="
        + lease
        + " waits="
        + waitsFor;
  }
}
