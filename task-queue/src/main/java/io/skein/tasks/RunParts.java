package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What runs tasks and does a worker's share of the upkeep, whoever claims them.
 *
 * @param handlers by type
 */
record RunParts(
    Map<String, TaskHandler> handlers,
    Slots slots,
    RunRenewals renewals,
    FailedRuns failedRuns,
    WorkerReports reports,
    Upkeep upkeep,
    RunExecution execution) {

  static RunParts of(
      WorkerSettings settings,
      TaskQueue queue,
      Collection<? extends TaskHandler> handlers,
      WorkerListener listener) {
    Map<String, TaskHandler> byType = byType(handlers);
    Database database = queue.database();
    WorkerReports reports = new WorkerReports(listener);
    Slots slots =
        new Slots(
            settings.slots(), settings.recycleAfter(), () -> reports.tell(WorkerListener::spent));
    RunRenewals renewals = new RunRenewals(settings.lease());
    FinishedRuns finished = new FinishedRuns(queue.hints());
    FailedRuns failedRuns = new FailedRuns(database, byType, reports, FailedRuns.LONGEST_REACTION);
    Upkeep upkeep =
        new Upkeep(
            new DuePromoter(database, queue.hints()),
            new Expiry(database, queue.hints()),
            new NeededTasks(database, queue.hints()),
            new Unparking(
                database,
                queue.hints(),
                settings.queues(),
                List.copyOf(byType.keySet()),
                settings.build()),
            new Parking(database),
            new ScheduleTicks(queue),
            new Retention(database, settings.retention()),
            settings.reapInterval());
    RunEnds ends =
        new RunEnds(queue, finished, failedRuns, slots, upkeep, reports, settings.build());
    RunExecution execution =
        new RunExecution(queue, byType, renewals, finished, ends, slots, reports);
    return new RunParts(byType, slots, renewals, failedRuns, reports, upkeep, execution);
  }

  private static Map<String, TaskHandler> byType(Collection<? extends TaskHandler> handlers) {
    Map<String, TaskHandler> byType = new HashMap<>();
    for (TaskHandler handler : handlers) {
      if (byType.put(handler.type(), handler) != null) {
        throw new IllegalArgumentException("two handlers for tasks of type " + handler.type());
      }
    }
    return Map.copyOf(byType);
  }
}
