package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is done to a schedule under the lock of its row. */
final class ScheduleStatements {
  private ScheduleStatements() {}

  static Optional<ScheduleStatus> locked(Transaction transaction, String name) {
    return transaction
        .handle()
        .createQuery(
            "select " + ScheduleRow.COLUMNS + " from task_schedules where name = :name for update")
        .bind("name", name)
        .map((row, context) -> ScheduleRow.read(row))
        .findOne();
  }

  static void moveTo(Transaction transaction, String name, Instant next) {
    transaction
        .handle()
        .createUpdate("update task_schedules set next_at = :next where name = :name")
        .bind("name", name)
        .bind("next", next.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /**
   * Makes tasks of the ticks that are none yet, in order, under the schedule's overlap rule.
   *
   * @param lastTask of the schedule so far
   * @return the new tasks
   */
  static List<TaskId> enqueue(
      TaskQueue queue,
      Transaction transaction,
      Schedule schedule,
      @Nullable TaskId lastTask,
      List<Instant> ticks) {
    Set<TaskId> known = known(transaction, schedule.name(), ticks);
    TaskId last = lastTask;
    List<TaskId> enqueued = new ArrayList<>();
    for (Instant tick : ticks) {
      TaskId id = ScheduleRow.id(schedule.name(), tick);
      if (!known.contains(id) && !dropped(transaction, schedule, last)) {
        last = enqueue(queue, transaction, schedule, id, tick, last);
        enqueued.add(last);
      }
    }
    return enqueued;
  }

  /** Whether the rule drops a task because this one is live. */
  static boolean dropped(Transaction transaction, Schedule schedule, @Nullable TaskId last) {
    return schedule.overlap() == Schedule.Overlap.SKIP
        && last != null
        && transaction
            .handle()
            .createQuery(
                "select exists (select from tasks where id = :id and " + TaskState.LIVE + ")")
            .bind("id", last.value())
            .mapTo(Boolean.class)
            .one();
  }

  /** One task, which is the schedule's last one from now on. */
  static TaskId enqueue(
      TaskQueue queue,
      Transaction transaction,
      Schedule schedule,
      TaskId id,
      Instant at,
      @Nullable TaskId last) {
    NewTask task = ScheduleRow.task(schedule, at).withId(id);
    boolean waits = schedule.overlap() == Schedule.Overlap.AFTER && last != null;
    queue.enqueue(transaction, waits ? task.afterEndOf(List.of(last)) : task);
    transaction
        .handle()
        .createUpdate(
            "update task_schedules set last_at = :at, last_task = :task where name = :name")
        .bind("name", schedule.name())
        .bind("at", at.atOffset(ZoneOffset.UTC))
        .bind("task", id.value())
        .execute();
    return id;
  }

  private static Set<TaskId> known(Transaction transaction, String name, List<Instant> ticks) {
    return new HashSet<>(
        transaction
            .handle()
            .createQuery("select id from tasks where id = any(:ids)")
            .bindArray(
                "ids",
                UUID.class,
                ticks.stream().map(tick -> ScheduleRow.id(name, tick).value()).toList())
            .mapTo(UUID.class)
            .map(TaskId::new)
            .list());
  }
}
