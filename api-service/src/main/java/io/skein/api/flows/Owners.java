package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Principal;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.flows.FlowId;
import io.skein.flows.Owner;

/** Whose flows a request may see, and which flow it names. */
public final class Owners {
  private Owners() {}

  public static Owner of(Context context) {
    Principal principal = Caller.of(context).principal();
    return new Owner(principal.tenant(), principal.engagement());
  }

  public static String user(Context context) {
    return Caller.of(context).principal().user();
  }

  /** The {@code {flow}} of the path. */
  public static FlowId flow(Context context) {
    return new FlowId(PathIds.uuid(context, "flow"));
  }

  /** A flow that does not exist, or belongs to somebody else: the caller cannot tell. */
  public static ProblemException noSuchFlow() {
    return Problem.of(
            ProblemType.NOT_FOUND,
            "There is no such flow in this account and engagement. List yours at GET /api/v1/flows.")
        .exception();
  }
}
