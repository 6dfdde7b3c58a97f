package io.skein.tasks;

import java.time.Duration;

/** How a handler wants its run to end; thrown by {@link TaskContext}, to be let through. */
final class EndedByHandlerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final End end;
  private final Duration pause;

  /** What is to become of the task. */
  enum End {
    /** Another attempt, which counts, after the pause. */
    RETRY,
    /** The same attempt again, after the pause. */
    SNOOZE,
    /** Nothing more; it counts as cancelled. */
    DISCARD
  }

  EndedByHandlerException(End end, Duration pause, String reason) {
    super(reason, null, false, false);
    if (pause.isNegative()) {
      throw new IllegalArgumentException("a pause must not be negative, but is " + pause);
    }
    this.end = end;
    this.pause = Failure.bounded(pause);
  }

  End end() {
    return end;
  }

  Duration pause() {
    return pause;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
