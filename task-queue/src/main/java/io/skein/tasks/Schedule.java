package io.skein.tasks;

import java.time.ZoneId;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task that repeats. Begins with {@link #of} and is refined by the {@code with…} methods.
 * Immutable. What ticks do at a change of the clocks is told in {@code docs/task-schedules.md}.
 *
 * @param name by which it is found; with a tick it makes the id of a task
 * @param cron minute, hour, day of the month, month, day of the week, as Unix has them; six fields
 *     begin with the second
 * @param zone whose clocks the expression is about
 * @param queue which workers may take its tasks
 * @param type which handler runs them
 * @param payload JSON text, at most 1 MiB, the same for all
 * @param priority which of two due tasks runs first
 * @param tenant whose data they touch
 * @param retries null for those of the type
 * @param limits null for those of the type
 * @param missed what becomes of ticks that are found more than a minute late
 * @param overlap what becomes of a tick while the task before it is live
 */
public record Schedule(
    String name,
    String cron,
    ZoneId zone,
    String queue,
    String type,
    String payload,
    Priority priority,
    @Nullable String tenant,
    @Nullable Retries retries,
    @Nullable TimeLimits limits,
    Missed missed,
    Overlap overlap) {

  /** What becomes of ticks that nobody was there for. */
  public enum Missed {
    /** They are dropped. */
    SKIP,
    /** The last of them stands for all. */
    LAST,
    /** Each becomes a task, of one absence the first 1,000. */
    ALL;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Missed ofStored(String stored) {
      return valueOf(stored.toUpperCase(Locale.ROOT));
    }
  }

  /** What becomes of a tick while the schedule's last task is live, its retries included. */
  public enum Overlap {
    /** Both run. */
    ALLOW,
    /** The tick is dropped. */
    SKIP,
    /** Its task waits for the end of the last one. */
    AFTER;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Overlap ofStored(String stored) {
      return valueOf(stored.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * @throws IllegalArgumentException when a name is missing or longer than 200 characters, or the
   *     expression is no cron expression or never comes true
   */
  public Schedule {
    if (name.isBlank() || queue.isBlank() || type.isBlank()) {
      throw new IllegalArgumentException("a schedule needs a name, a queue and a type");
    }
    Names.check("the name of a schedule", name);
    Names.check("the queue of a schedule", queue);
    Names.check("the type of a schedule", type);
    Names.check("the tenant of a schedule", tenant);
    Cron.parse(cron, zone);
  }

  /**
   * In UTC, with normal priority and the retries and limits of the type; of missed ticks the last
   * runs, and overlapping ones are dropped.
   */
  public static Schedule of(String name, String cron, String queue, String type, String payload) {
    return new Schedule(
        name,
        cron,
        ZoneId.of("UTC"),
        queue,
        type,
        payload,
        Priority.NORMAL,
        null,
        null,
        null,
        Missed.LAST,
        Overlap.SKIP);
  }

  /** In the zone of this name, as the time zone database has it. */
  public Schedule withZone(ZoneId chosen) {
    return with(draft -> draft.zone = chosen);
  }

  public Schedule withPriority(Priority chosen) {
    return with(draft -> draft.priority = chosen);
  }

  public Schedule withTenant(@Nullable String chosen) {
    return with(draft -> draft.tenant = chosen);
  }

  public Schedule withRetries(@Nullable Retries chosen) {
    return with(draft -> draft.retries = chosen);
  }

  public Schedule withLimits(@Nullable TimeLimits chosen) {
    return with(draft -> draft.limits = chosen);
  }

  public Schedule withMissed(Missed chosen) {
    return with(draft -> draft.missed = chosen);
  }

  public Schedule withOverlap(Overlap chosen) {
    return with(draft -> draft.overlap = chosen);
  }

  /** Shows no payload. */
  @Override
  public String toString() {
    return "Schedule[" + name + ", " + cron + ", " + zone + ", " + queue + ", " + type + "]";
  }

  private Schedule with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.schedule();
  }

  /** A copy on its way to be another one. */
  private static final class Draft {
    private final Schedule from;
    private ZoneId zone;
    private Priority priority;
    private @Nullable String tenant;
    private @Nullable Retries retries;
    private @Nullable TimeLimits limits;
    private Missed missed;
    private Overlap overlap;

    private Draft(Schedule from) {
      this.from = from;
      this.zone = from.zone;
      this.priority = from.priority;
      this.tenant = from.tenant;
      this.retries = from.retries;
      this.limits = from.limits;
      this.missed = from.missed;
      this.overlap = from.overlap;
    }

    private Schedule schedule() {
      return new Schedule(
          from.name,
          from.cron,
          zone,
          from.queue,
          from.type,
          from.payload,
          priority,
          tenant,
          retries,
          limits,
          missed,
          overlap);
    }
  }
}
