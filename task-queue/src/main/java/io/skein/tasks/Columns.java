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
}
