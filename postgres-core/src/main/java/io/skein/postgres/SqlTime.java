package io.skein.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jdbi.v3.core.Handle;

/** Times as Skein's statements read and write them. */
public final class SqlTime {
  private SqlTime() {}

  /**
   * The server's time, which all instances go by, to the microsecond: {@code skein_now()}, so that
   * a {@link SettableClock} counts.
   */
  public static Instant now(Handle handle) {
    return handle.createQuery("select skein_now()").mapTo(OffsetDateTime.class).one().toInstant();
  }

  /** For a parameter that is cast, {@code :age::interval}; in whole ms, the rest is cut off. */
  public static String interval(Duration duration) {
    return duration.toMillis() + " milliseconds";
  }
}
