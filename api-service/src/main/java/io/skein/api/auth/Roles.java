package io.skein.api.auth;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;

/** Demands roles of callers. */
public final class Roles {
  private Roles() {}

  /**
   * @throws ProblemException 403 when the caller has a lesser role
   */
  public static void demand(Context context, Role least) {
    Role role = Caller.of(context).principal().role();
    if (role.compareTo(least) < 0) {
      throw Problem.of(
              ProblemType.FORBIDDEN,
              "This takes the role "
                  + least.text()
                  + ", but the token's is "
                  + role.text()
                  + ". Get a token with that role.")
          .exception();
    }
  }
}
