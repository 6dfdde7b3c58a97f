package io.skein.tasks;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one worker behaves.
 *
 * @param name the instance's name; the worker adds a nonce for each start, so that a successor of
 *     the same name is somebody else
 * @param queues whose tasks it takes
 * @param slots how many tasks run at once; the database pool should have as many connections and
 *     five more
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
    return new WorkerSettings(
        name,
        chosen,
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

  public WorkerSettings withSlots(int chosen) {
    return new WorkerSettings(
        name,
        queues,
        chosen,
        heartbeat,
        lease,
        claimInterval,
        reapInterval,
        grace,
        build,
        retention,
        recycleAfter);
  }

  public WorkerSettings withLease(Duration chosenHeartbeat, Duration chosenLease) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        chosenHeartbeat,
        chosenLease,
        claimInterval,
        reapInterval,
        grace,
        build,
        retention,
        recycleAfter);
  }

  public WorkerSettings withClaimInterval(Duration chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        chosen,
        reapInterval,
        grace,
        build,
        retention,
        recycleAfter);
  }

  public WorkerSettings withReapInterval(Duration chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        claimInterval,
        chosen,
        grace,
        build,
        retention,
        recycleAfter);
  }

  public WorkerSettings withGrace(Duration chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        claimInterval,
        reapInterval,
        chosen,
        build,
        retention,
        recycleAfter);
  }

  public WorkerSettings withBuild(String chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        claimInterval,
        reapInterval,
        grace,
        chosen,
        retention,
        recycleAfter);
  }

  public WorkerSettings withRetention(TaskRetention chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        claimInterval,
        reapInterval,
        grace,
        build,
        chosen,
        recycleAfter);
  }

  public WorkerSettings withRecycleAfter(int chosen) {
    return new WorkerSettings(
        name,
        queues,
        slots,
        heartbeat,
        lease,
        claimInterval,
        reapInterval,
        grace,
        build,
        retention,
        chosen);
  }
}
