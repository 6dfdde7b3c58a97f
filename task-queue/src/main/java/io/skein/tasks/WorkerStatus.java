package io.skein.tasks;

import java.time.Instant;
import java.util.List;

/**
 * A worker as it has signed the roll. Immutable.
 *
 * @param identity new with each start; stands in the tasks that it runs
 * @param remote it speaks HTTP: nobody sees that it has died before its leases run out
 * @param draining it takes nothing more
 * @param seenAt older than some seconds: it is gone, or cut off
 * @param running how many tasks it holds
 */
public record WorkerStatus(
    String identity,
    String name,
    List<String> queues,
    List<String> types,
    int slots,
    String build,
    boolean remote,
    boolean draining,
    Instant startedAt,
    Instant seenAt,
    long running) {
  public WorkerStatus {
    queues = List.copyOf(queues);
    types = List.copyOf(types);
  }
}
