package io.skein.tasks;

import io.skein.postgres.SqlTime;
import io.skein.postgres.Transaction;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Tasks that repeat, kept in PostgreSQL and enqueued by the workers, one task for each tick however
 * many workers there are. Who asks for a name that does not exist gets a {@link
 * NoSuchElementException}, and who needs a schedule that cannot be read, since its row was changed
 * by SQL, an {@link IllegalArgumentException} that says why; to put it anew mends it. Thread safe.
 */
public final class Schedules {
  private static final int MOST_BACKFILLED = 1_000;
  private static final String SELECT = "select " + ScheduleRow.COLUMNS + " from task_schedules";

  private final TaskQueue queue;

  Schedules(TaskQueue queue) {
    this.queue = queue;
  }

  /**
   * Creates the schedule or replaces it; a paused one stays paused. With expression and zone
   * unchanged its next tick stays what it was, so that putting it at each start of a service loses
   * no tick.
   *
   * @throws IllegalArgumentException when the payload is no JSON, holds U+0000 or is larger than 1
   *     MiB
   */
  public void put(Schedule schedule) {
    var put = put(schedule, Replaces.ANYBODYS);
  }

  /**
   * {@link #put}, unless the name is that of another tenant's schedule.
   *
   * @return false when it is; nothing was changed
   */
  public boolean putForTenant(Schedule schedule) {
    return put(schedule, Replaces.OF_OWN_TENANT);
  }

  /** Whose schedule a put may replace. */
  private enum Replaces {
    ANYBODYS,
    OF_OWN_TENANT
  }

  private boolean put(Schedule schedule, Replaces replaces) {
    try {
      return queue.database().inTransaction(transaction -> put(transaction, schedule, replaces));
    } catch (UnableToExecuteStatementException e) {
      if (RefusedData.isCauseOf(e)) {
        throw new IllegalArgumentException(
            "the payload of a schedule must be JSON of at most 1 MiB without U+0000", e);
      }
      throw e;
    }
  }

  /** One schedule, readable or not. */
  public Optional<ScheduleStatus> find(String name) {
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery(SELECT + " where name = :name")
                .bind("name", name)
                .map((row, context) -> ScheduleRow.read(row))
                .findOne());
  }

  /** All schedules, by name, those included that cannot be read. */
  public List<ScheduleStatus> list() {
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery(SELECT + " order by name")
                .map((row, context) -> ScheduleRow.read(row))
                .list());
  }

  /** Its tasks stay. False when there was none. */
  public boolean remove(String name) {
    return queue
        .database()
        .inTransaction(transaction ->
            transaction
                    .handle()
                    .createUpdate("delete from task_schedules where name = :name")
                    .bind("name", name)
                    .execute()
                == 1);
  }

  /** It ticks no more until it is resumed. */
  public void pause(String name) {
    queue
        .database()
        .useTransaction(transaction -> {
          locked(transaction, name);
          transaction
              .handle()
              .createUpdate(
                  """
                  update task_schedules set paused_at = coalesce(paused_at, skein_now())
                  where name = :name
                  """)
              .bind("name", name)
              .execute();
        });
  }

  /** Goes on with the next tick from now; those in the pause were not missed. */
  public void resume(String name) {
    queue
        .database()
        .useTransaction(transaction -> {
          ScheduleStatus status = locked(transaction, name);
          if (status.pausedAt() == null) {
            return;
          }
          transaction
              .handle()
              .createUpdate(
                  """
                  update task_schedules set paused_at = null, error = null, next_at = :next
                  where name = :name
                  """)
              .bind("name", name)
              .bind("next", next(transaction, status.readable()).atOffset(ZoneOffset.UTC))
              .execute();
        });
  }

  /**
   * Enqueues one task now, besides the ticks, also when the schedule is paused.
   *
   * @return the task; with {@link Schedule.Overlap#SKIP} the last one when it is live
   */
  public TaskId trigger(String name) {
    return queue
        .database()
        .inTransaction(transaction -> {
          ScheduleStatus status = locked(transaction, name);
          Schedule schedule = status.readable();
          TaskId last = status.lastTask();
          if (last != null && ScheduleStatements.dropped(transaction, schedule, last)) {
            return last;
          }
          return ScheduleStatements.enqueue(
              queue, transaction, schedule, TaskId.next(), SqlTime.now(transaction.handle()), last);
        });
  }

  /**
   * Enqueues the ticks of a past time that have no task. Unless overlap is allowed they run one
   * after the other, the first after the schedule's last task.
   *
   * @param from the first moment
   * @param to the moment behind the last, not in the future
   * @return the new tasks, oldest tick first
   * @throws IllegalArgumentException when there are more than 1,000 ticks in this time, or it is
   *     not past
   */
  public List<TaskId> backfill(String name, Instant from, Instant to) {
    return queue
        .database()
        .inTransaction(transaction -> {
          ScheduleStatus status = locked(transaction, name);
          if (to.isAfter(SqlTime.now(transaction.handle()))) {
            throw new IllegalArgumentException("only a past time can be filled, but not to " + to);
          }
          Schedule schedule = status.readable();
          Schedule.Overlap rule =
              schedule.overlap() == Schedule.Overlap.ALLOW
                  ? Schedule.Overlap.ALLOW
                  : Schedule.Overlap.AFTER;
          return ScheduleStatements.enqueue(
              queue,
              transaction,
              schedule.withOverlap(rule),
              status.lastTask(),
              ticks(schedule, from, to));
        });
  }

  private static List<Instant> ticks(Schedule schedule, Instant from, Instant to) {
    Cron cron = Cron.parse(schedule.cron(), schedule.zone());
    List<Instant> ticks = new ArrayList<>();
    for (Instant tick = cron.atOrAfter(from); tick.isBefore(to); tick = cron.after(tick)) {
      if (ticks.size() == MOST_BACKFILLED) {
        throw new IllegalArgumentException(
            "at most " + MOST_BACKFILLED + " ticks can be filled at once; take a shorter time");
      }
      ticks.add(tick);
    }
    return ticks;
  }

  private static Instant next(Transaction transaction, Schedule schedule) {
    return Cron.parse(schedule.cron(), schedule.zone()).after(SqlTime.now(transaction.handle()));
  }

  private static ScheduleStatus locked(Transaction transaction, String name) {
    return ScheduleStatements.locked(transaction, name)
        .orElseThrow(() -> new NoSuchElementException("there is no schedule " + name));
  }

  private static boolean put(Transaction transaction, Schedule schedule, Replaces replaces) {
    Retries retries = schedule.retries();
    TimeLimits limits = schedule.limits();
    return transaction
            .handle()
            .createUpdate(
                """
                insert into task_schedules as s (name, cron, zone, queue, type, payload, priority,
                  tenant, max_attempts, retry_delay, soft_limit, hard_limit, missed, overlap, next_at)
                values (:name, :cron, :zone, :queue, :type, cast(:payload as jsonb), :priority,
                  :tenant, :maxAttempts, :retryDelay * interval '1 ms', :softLimit * interval '1 ms',
                  :hardLimit * interval '1 ms', :missed, :overlap, :next)
                on conflict (name) do update set cron = excluded.cron, zone = excluded.zone,
                  queue = excluded.queue, type = excluded.type, payload = excluded.payload,
                  priority = excluded.priority, tenant = excluded.tenant,
                  max_attempts = excluded.max_attempts, retry_delay = excluded.retry_delay,
                  soft_limit = excluded.soft_limit, hard_limit = excluded.hard_limit,
                  missed = excluded.missed, overlap = excluded.overlap,
                  next_at = case when (s.cron, s.zone) = (excluded.cron, excluded.zone)
                    then s.next_at else excluded.next_at end
                where :shared or s.tenant is not distinct from excluded.tenant
                """)
            .bind("shared", replaces == Replaces.ANYBODYS)
            .bind("name", schedule.name())
            .bind("cron", schedule.cron())
            .bind("zone", schedule.zone().getId())
            .bind("queue", schedule.queue())
            .bind("type", schedule.type())
            .bind("payload", schedule.payload())
            .bind("priority", schedule.priority().level())
            .bind("tenant", schedule.tenant())
            .bind("maxAttempts", retries == null ? null : retries.maxAttempts())
            .bind("retryDelay", retries == null ? null : retries.delay().toMillis())
            .bind("softLimit", limits == null ? null : limits.soft().toMillis())
            .bind("hardLimit", limits == null ? null : limits.hard().toMillis())
            .bind("missed", schedule.missed().stored())
            .bind("overlap", schedule.overlap().stored())
            .bind("next", next(transaction, schedule).atOffset(ZoneOffset.UTC))
            .execute()
        == 1;
  }
}
