package io.skein.tasks;

import java.util.Collection;
import java.util.List;

/**
 * What a worker says of itself in the table of workers. Immutable.
 *
 * @param identity as it stands in the tasks that it runs
 * @param name that it was given
 * @param slots how many tasks it runs at once
 * @param remote it speaks HTTP and holds no advisory lock
 */
record WorkerLine(
    String identity,
    String name,
    List<String> queues,
    List<String> types,
    int slots,
    String build,
    boolean remote) {

  static WorkerLine of(WorkerSettings settings, String identity, Collection<String> types) {
    return new WorkerLine(
        identity,
        settings.name(),
        settings.queues(),
        List.copyOf(types),
        settings.slots(),
        settings.build(),
        false);
  }

  /**
   * @param most how many tasks it asks for
   */
  static WorkerLine of(RemoteWorker worker, int most) {
    return new WorkerLine(
        worker.identity(),
        worker.name(),
        worker.queues(),
        List.copyOf(worker.types()),
        most,
        worker.build(),
        true);
  }
}
