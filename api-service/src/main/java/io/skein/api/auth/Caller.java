package io.skein.api.auth;

import io.javalin.http.Context;
import java.time.Instant;
import java.util.Objects;

/**
 * Who made the present request.
 *
 * @param until when the credential ends, and with it every stream that it opened
 */
public record Caller(Principal principal, Instant until) {
  private static final String ATTRIBUTE = "io.skein.api.caller";

  /**
   * The caller of a request that came through the doors.
   *
   * @throws NullPointerException on an open route, which has no caller
   */
  public static Caller of(Context context) {
    return Objects.requireNonNull(
        context.<Caller>attribute(ATTRIBUTE), "an open route has no caller");
  }

  void attachTo(Context context) {
    context.attribute(ATTRIBUTE, this);
  }
}
