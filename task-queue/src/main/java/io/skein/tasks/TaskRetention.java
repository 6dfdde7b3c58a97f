package io.skein.tasks;

import java.time.Duration;

/**
 * How long tasks are kept after their end.
 *
 * @param succeeded those that did what they should
 * @param others failed, dead and cancelled ones, which somebody may want to look at
 */
public record TaskRetention(Duration succeeded, Duration others) {
  /** 7 and 30 days. */
  public static final TaskRetention DEFAULT =
      new TaskRetention(Duration.ofDays(7), Duration.ofDays(30));

  public TaskRetention {
    if (succeeded.isNegative() || others.isNegative()) {
      throw new IllegalArgumentException("tasks are kept for a time, or not at all");
    }
  }
}
