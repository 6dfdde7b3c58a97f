package io.skein.tasks;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The tasks of one type in one queue. Immutable.
 *
 * @param live how many are in each state in which they may still run, of the tasks that are
 *     counted: the first {@link Queues#MOST_COUNTED} of each state
 * @param oldestWait how long the one of those queued that is due longest has waited; zero when none
 * @param ended how its runs went lately
 */
public record TypeStatistics(
    String queue, String type, Map<TaskState, Long> live, Duration oldestWait, Ended ended) {
  public TypeStatistics {
    live = Map.copyOf(live);
  }

  /**
   * Runs that ended in the last hour.
   *
   * @param since from when on they were looked at: an hour ago, later when more runs of any queue
   *     ended than are read for one answer
   * @param succeeded tasks
   * @param failed tasks that ended as failed or dead
   * @param retried runs that failed and are repeated
   * @param crashed runs that were lost with their worker
   * @param meanRunTime of all runs that ended, these and others; zero when none did
   * @param medianRunTime half of them ran no longer
   * @param p95RunTime 95 of 100 of them ran no longer
   */
  public record Ended(
      Instant since,
      long succeeded,
      long failed,
      long retried,
      long crashed,
      Duration meanRunTime,
      Duration medianRunTime,
      Duration p95RunTime) {}
}
