package io.skein.api.tasks;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;

/** What these routes say when they cannot do what they are asked for. */
final class Refusals {
  private static final int LONGEST_NAME = 200;

  private Refusals() {}

  /** 400, with the reason that the exception gives. */
  static ProblemException malformed(RuntimeException reason) {
    return Problem.of(ProblemType.MALFORMED_REQUEST, reason.getMessage() + ".").exception();
  }

  static ProblemException conflict(String detail) {
    return Problem.of(ProblemType.CONFLICT, detail).exception();
  }

  /** 503, for a request that another instance can serve. */
  static ProblemException stops() {
    return Problem.of(ProblemType.UNAVAILABLE, "This instance stops. Go on at another one.")
        .withHeader("Retry-After", "1")
        .exception();
  }

  /** {@link #stops}, for a thread that was interrupted. */
  static ProblemException interrupted() {
    Thread.currentThread().interrupt();
    return stops();
  }

  /**
   * The name in the path of a request that the route calls this.
   *
   * @throws ProblemException 400 when nothing can have the name
   */
  static String name(Context context, String of) {
    String name = context.pathParam(of);
    if (name.isBlank() || name.length() > LONGEST_NAME || name.indexOf('\u0000') >= 0) {
      throw malformed(
          new IllegalArgumentException(
              "A " + of + "'s name has 1 to " + LONGEST_NAME + " characters"));
    }
    return name;
  }
}
