package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** How times are read from the columns of a row. */
final class Columns {
  private Columns() {}

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** Of seconds, with milliseconds; what is infinite is cut to what a long can say of these. */
  static Duration seconds(ResultSet row, String column) throws SQLException {
    return Duration.ofMillis(Math.round(row.getDouble(column) * 1_000));
  }

  /** Of {@code max_attempts} and {@code retry_delay}; null when they are. */
  static @Nullable Retries retries(ResultSet row) throws SQLException {
    int maxAttempts = row.getInt("max_attempts");
    return row.wasNull() ? null : Retries.ofStored(maxAttempts, seconds(row, "retry_delay"));
  }

  /** Of {@code soft_limit} and {@code hard_limit}; null when they are. */
  static @Nullable TimeLimits limits(ResultSet row) throws SQLException {
    Duration hard = seconds(row, "hard_limit");
    return row.wasNull() ? null : TimeLimits.ofStored(seconds(row, "soft_limit"), hard);
  }
}
