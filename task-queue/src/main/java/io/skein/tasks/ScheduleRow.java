package io.skein.tasks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a row of {@code task_schedules} is read, and what a tick of it is as a task. */
final class ScheduleRow {
  /** What {@link #read} needs. */
  static final String COLUMNS =
      """
      name, cron, zone, queue, type, payload::text as payload, priority, tenant, max_attempts,
      extract(epoch from retry_delay) as retry_delay, extract(epoch from soft_limit) as soft_limit,
      extract(epoch from hard_limit) as hard_limit, missed, overlap, paused_at, error, next_at,
      last_at, last_task
      """;

  private ScheduleRow() {}

  /** One that was changed into something that is no schedule has the reason as its error. */
  static ScheduleStatus read(ResultSet row) throws SQLException {
    @Nullable Schedule schedule = null;
    @Nullable String error = row.getString("error");
    try {
      schedule = schedule(row);
    } catch (IllegalArgumentException unreadable) {
      error = unreadable.getMessage();
    }
    UUID lastTask = row.getObject("last_task", UUID.class);
    return new ScheduleStatus(
        row.getString("name"),
        row.getString("tenant"),
        schedule,
        Columns.instant(row, "paused_at"),
        error,
        row.getObject("next_at", OffsetDateTime.class).toInstant(),
        Columns.instant(row, "last_at"),
        lastTask == null ? null : new TaskId(lastTask));
  }

  private static Schedule schedule(ResultSet row) throws SQLException {
    return new Schedule(
        row.getString("name"),
        row.getString("cron"),
        zone(row.getString("zone")),
        row.getString("queue"),
        row.getString("type"),
        row.getString("payload"),
        Priority.ofLevel(row.getInt("priority")),
        row.getString("tenant"),
        Columns.retries(row),
        Columns.limits(row),
        Schedule.Missed.ofStored(row.getString("missed")),
        Schedule.Overlap.ofStored(row.getString("overlap")));
  }

  /** The task without an id; its correlation names the schedule and the moment. */
  static NewTask task(Schedule schedule, Instant at) {
    NewTask task =
        NewTask.of(schedule.queue(), schedule.type(), schedule.payload())
            .withPriority(schedule.priority())
            .withRetries(schedule.retries())
            .withLimits(schedule.limits())
            .withCorrelation(schedule.name() + "@" + at);
    String tenant = schedule.tenant();
    return tenant == null ? task : task.withTenant(tenant);
  }

  /** A UUID version 7 of the tick's time; what is random elsewhere is a hash of name and tick. */
  static TaskId id(String name, Instant tick) {
    ByteBuffer hash = ByteBuffer.wrap(sha256(name + "@" + tick));
    long high = tick.toEpochMilli() << 16 | 0x7000 | (hash.getLong() & 0x0fff);
    long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new TaskId(new UUID(high, low));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not a time zone: " + name, e);
    }
  }
}
