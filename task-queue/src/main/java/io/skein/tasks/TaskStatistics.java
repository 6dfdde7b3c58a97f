package io.skein.tasks;

import java.time.Duration;
import java.util.Map;

/**
 * The tasks of one type in one queue. Immutable.
 *
 * @param live how many are in each state in which they may still run
 * @param succeeded in the last hour
 * @param failed in the last hour: failed or dead
 * @param meanRunTime of those that ended in the last hour, their last runs; zero when none did
 * @param p95RunTime 95 of 100 of them ran no longer
 */
public record TaskStatistics(
    String queue,
    String type,
    Map<TaskState, Long> live,
    long succeeded,
    long failed,
    Duration meanRunTime,
    Duration p95RunTime) {
  public TaskStatistics {
    live = Map.copyOf(live);
  }
}
