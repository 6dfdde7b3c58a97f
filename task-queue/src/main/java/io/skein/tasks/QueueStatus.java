package io.skein.tasks;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A queue as one statement saw it. Immutable.
 *
 * @param pausedAt since when nothing of it starts; null when it is not paused
 * @param live how many of its tasks are in each state in which they may still run, counted up to
 *     {@link Queues#MOST_COUNTED}: of those queued in this queue, of the others over all queues
 * @param dead tasks that ended as failed or dead and are still kept, counted up to the same bound
 * @param oldestWait how long the task that is due longest has been queued; zero when none is
 */
public record QueueStatus(
    String queue,
    @Nullable Instant pausedAt,
    QueueLimits limits,
    Map<TaskState, Long> live,
    long dead,
    Duration oldestWait) {
  public QueueStatus {
    live = Map.copyOf(live);
  }

  public long count(TaskState state) {
    return live.getOrDefault(state, 0L);
  }
}
