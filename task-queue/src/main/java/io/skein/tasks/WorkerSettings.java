package io.skein.tasks;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one worker behaves.
 *
 * @param name the instance's name; the worker adds a nonce for each start, so that a successor of
 *     the same name is somebody else
 * @param queues whose tasks it takes
 * @param slots how many tasks run at once; the database pool should have as many connections and
 *     six more: for claims, completions, upkeep, reaping, poison and whatever else the process
 *     asks. Leases and the worker's presence have a connection of their own each, outside the pool
 * @param heartbeat how often the leases of running tasks are renewed
 * @param lease how long a silent worker keeps its tasks, at least twice the heartbeat
 * @param claimInterval how often it claims in the fair order, beside the hints
 * @param reapInterval how often it promotes due tasks and looks for lost workers
 * @param grace how long {@link Worker#stop} waits for running tasks
 * @param build what is deployed here; a task that one build could not read is taken up by another
 * @param retention how long tasks are kept after their end
 * @param recycleAfter after how many runs the worker claims no more and tells its listener that it
 *     is {@linkplain WorkerListener#spent spent}, so that its process can be replaced; null for
 *     never
 */
public record WorkerSettings(
    String name,
    List<String> queues,
    int slots,
    Duration heartbeat,
    Duration lease,
    Duration claimInterval,
    Duration reapInterval,
    Duration grace,
    String build,
    TaskRetention retention,
    @Nullable Integer recycleAfter) {

  public WorkerSettings {
    queues = List.copyOf(queues);
    if (name.isBlank() || queues.isEmpty() || slots < 1) {
      throw new IllegalArgumentException("a worker needs a name, a queue and a slot");
    }
    if (recycleAfter != null && recycleAfter < 1) {
      throw new IllegalArgumentException("a worker runs a task at least before it is recycled");
    }
    if (lease.compareTo(heartbeat.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "a lease must last at least two heartbeats, but "
              + lease
              + " is less than 2 × "
              + heartbeat);
    }
  }

  /** The queue {@code default}, 8 slots and the intervals that hold the promised times. */
  public static WorkerSettings named(String name) {
    return new WorkerSettings(
        name,
        List.of("default"),
        8,
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        Duration.ofSeconds(20),
        "unnamed",
        TaskRetention.DEFAULT,
        null);
  }

  public WorkerSettings withQueues(List<String> chosen) {
    return with(draft -> draft.queues = chosen);
  }

  public WorkerSettings withSlots(int chosen) {
    return with(draft -> draft.slots = chosen);
  }

  public WorkerSettings withLease(Duration chosenHeartbeat, Duration chosenLease) {
    return with(draft -> {
      draft.heartbeat = chosenHeartbeat;
      draft.lease = chosenLease;
    });
  }

  public WorkerSettings withClaimInterval(Duration chosen) {
    return with(draft -> draft.claimInterval = chosen);
  }

  public WorkerSettings withReapInterval(Duration chosen) {
    return with(draft -> draft.reapInterval = chosen);
  }

  public WorkerSettings withGrace(Duration chosen) {
    return with(draft -> draft.grace = chosen);
  }

  public WorkerSettings withBuild(String chosen) {
    return with(draft -> draft.build = chosen);
  }

  public WorkerSettings withRetention(TaskRetention chosen) {
    return with(draft -> draft.retention = chosen);
  }

  public WorkerSettings withRecycleAfter(int chosen) {
    return with(draft -> draft.recycleAfter = chosen);
  }

  private WorkerSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** A copy on its way to be another one. */
  private static final class Draft {
    private final WorkerSettings from;
    private List<String> queues;
    private int slots;
    private Duration heartbeat;
    private Duration lease;
    private Duration claimInterval;
    private Duration reapInterval;
    private Duration grace;
    private String build;
    private TaskRetention retention;
    private @Nullable Integer recycleAfter;

    private Draft(WorkerSettings from) {
      this.from = from;
      this.queues = from.queues;
      this.slots = from.slots;
      this.heartbeat = from.heartbeat;
      this.lease = from.lease;
      this.claimInterval = from.claimInterval;
      this.reapInterval = from.reapInterval;
      this.grace = from.grace;
      this.build = from.build;
      this.retention = from.retention;
      this.recycleAfter = from.recycleAfter;
    }

    private WorkerSettings settings() {
      return new WorkerSettings(
          from.name,
          queues,
          slots,
          heartbeat,
          lease,
          claimInterval,
          reapInterval,
          grace,
          build,
          retention,
          recycleAfter);
    }
  }
}
