package io.skein.tasks;

/** Which of two due tasks of a queue runs first. */
public enum Priority {
  HIGH,
  NORMAL,
  LOW;

  int level() {
    return ordinal();
  }

  static Priority ofLevel(int level) {
    return values()[level];
  }
}
