package io.skein.tasks;

import io.skein.postgres.SqlTime;
import io.skein.postgres.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the due ticks of schedules into tasks. Any number of workers may do so at once: the lock of
 * a schedule's row decides, and in its transaction {@code next_at} moves. The next tick is computed
 * from the tick, and what is due is said by PostgreSQL's clock.
 */
final class ScheduleTicks {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleTicks.class);

  /** A tick that is found later than this was missed. */
  static final Duration GRACE = Duration.ofMinutes(1);

  /** Of the missed ticks of one absence. */
  static final int MOST_MISSED = 1_000;

  private static final String BEFORE = "before_tick";

  private final TaskQueue queue;

  ScheduleTicks(TaskQueue queue) {
    this.queue = queue;
  }

  void pass() {
    while (queue.database().inTransaction(this::tickOne)) {
      Thread.yield();
    }
  }

  /** Answers whether one was due. */
  private boolean tickOne(Transaction transaction) {
    Optional<String> due =
        transaction
            .handle()
            .createQuery(
                """
                select name from task_schedules
                where paused_at is null and next_at <= skein_now()
                order by next_at limit 1 for update skip locked
                """)
            .mapTo(String.class)
            .findOne();
    due.ifPresent(name -> tick(transaction, name));
    return due.isPresent();
  }

  /** One that cannot become a task would be the first one due for ever, before all others. */
  private void tick(Transaction transaction, String name) {
    Handle handle = transaction.handle();
    handle.savepoint(BEFORE);
    try {
      makeTasks(transaction, name);
      handle.releaseSavepoint(BEFORE);
    } catch (IllegalArgumentException unreadable) {
      handle.rollbackToSavepoint(BEFORE);
      pause(handle, name, String.valueOf(unreadable.getMessage()));
    } catch (JdbiException e) {
      if (!RefusedData.isCauseOf(e)) {
        throw e;
      }
      handle.rollbackToSavepoint(BEFORE);
      pause(handle, name, RefusedData.reason(e)); // the whole of it shows the payload
    }
  }

  private void makeTasks(Transaction transaction, String name) {
    ScheduleStatus status = ScheduleStatements.locked(transaction, name).orElseThrow();
    Schedule schedule = status.readable();
    Cron cron = Cron.parse(schedule.cron(), schedule.zone());
    Due due = due(cron, schedule.missed(), status.nextAt(), SqlTime.now(transaction.handle()));
    ScheduleStatements.enqueue(queue, transaction, schedule, status.lastTask(), due.ticks());
    ScheduleStatements.moveTo(transaction, name, due.next());
  }

  private static void pause(Handle handle, String name, String reason) {
    LOG.atWarn()
        .addKeyValue("name", name)
        .addKeyValue("reason", reason)
        .log("a schedule is paused, since it cannot become a task");
    handle
        .createUpdate(
            "update task_schedules set paused_at = skein_now(), error = :error where name = :name")
        .bind("name", name)
        .bind("error", ErrorText.storable(reason))
        .execute();
  }

  /** What becomes tasks now, and the tick after these. */
  record Due(List<Instant> ticks, Instant next) {}

  static Due due(Cron cron, Schedule.Missed missed, Instant from, Instant now) {
    Instant inTime = now.minus(GRACE);
    List<Instant> ticks = new ArrayList<>();
    Instant next = from;
    if (next.isBefore(inTime)) {
      Instant late = inTime.minusNanos(1);
      switch (missed) {
        case SKIP -> next = cron.after(late);
        case LAST -> {
          ticks.add(cron.lastUpTo(next, late));
          next = cron.after(late);
        }
        case ALL -> {
          for (; next.isBefore(inTime) && ticks.size() < MOST_MISSED; next = cron.after(next)) {
            ticks.add(next);
          }
          next = next.isBefore(inTime) ? cron.after(late) : next;
        }
      }
    }
    for (; !next.isAfter(now); next = cron.after(next)) {
      ticks.add(next);
    }
    return new Due(ticks, next);
  }
}
