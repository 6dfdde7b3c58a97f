package io.skein.api.http;

import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Points in time in a request. */
public final class Moments {
  /** What PostgreSQL can hold and people mean. */
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Moments() {}

  /**
   * A time with its offset, such as {@code 2026-11-23T04:00:00Z}; null when it is absent.
   *
   * @throws ProblemException 400 when it is none
   */
  public static @Nullable Instant of(Context context, String name) {
    return read(name, context.queryParam(name));
  }

  /**
   * {@link #of}, elsewhere in a request.
   *
   * @param name how the refusal calls it
   */
  public static @Nullable Instant read(String name, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      // A plus that was not encoded arrives as a space.
      Instant moment = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      if (moment.isBefore(EARLIEST) || moment.isAfter(LATEST)) {
        throw malformed(name);
      }
      return moment;
    } catch (DateTimeException e) {
      throw malformed(name);
    }
  }

  private static ProblemException malformed(String name) {
    return Problem.of(
            ProblemType.MALFORMED_REQUEST,
            name + " must be a time with its offset, such as 2026-11-23T04:00:00Z.")
        .exception();
  }
}
