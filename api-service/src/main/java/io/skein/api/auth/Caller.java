package io.skein.api.auth;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who made the present request.
 *
 * @param until when the credential ends, and with it every stream that it opened
 * @param ticket the only thing that the credential opens; null when it is no ticket
 */
public record Caller(Principal principal, Instant until, @Nullable TicketScope ticket) {
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

  /**
   * Demands that the credential opens a stream.
   *
   * @throws io.skein.api.http.ProblemException 403 when it is a ticket for another one
   */
  public void demand(TicketScope stream) {
    if (ticket != null && !ticket.equals(stream)) {
      throw Problem.of(
              ProblemType.FORBIDDEN,
              "The ticket opens another stream: get one at POST /api/v1/tickets for exactly the"
                  + " flows that are watched.")
          .exception();
    }
  }

  void attachTo(Context context) {
    context.attribute(ATTRIBUTE, this);
  }
}
