package io.skein.api.auth;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;

/** Demands roles of callers. */
public final class Roles {
  private Roles() {}

  /** Whether the caller has the role, or one that includes it. */
  public static boolean has(Context context, Role least) {
    return Caller.of(context).principal().role().compareTo(least) >= 0;
  }

  /** Whether the caller may run tasks. */
  public static boolean works(Context context) {
    Role role = Caller.of(context).principal().role();
    return role == Role.WORKER || role == Role.ADMIN;
  }

  /**
   * @throws ProblemException 403 when the caller may not run tasks
   */
  public static void demandWorker(Context context) {
    if (!works(context)) {
      throw refused(context, Role.WORKER);
    }
  }

  /**
   * @throws ProblemException 403 when the caller has a lesser role
   */
  public static void demand(Context context, Role least) {
    if (!has(context, least)) {
      throw refused(context, least);
    }
  }

  private static ProblemException refused(Context context, Role needed) {
    return Problem.of(
            ProblemType.FORBIDDEN,
            "This takes the role "
                + needed.text()
                + ", but the token's is "
                + Caller.of(context).principal().role().text()
                + ". Get a token with that role.")
        .exception();
  }
}
