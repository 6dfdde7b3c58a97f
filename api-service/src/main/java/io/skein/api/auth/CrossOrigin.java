package io.skein.api.auth;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;

/**
 * CORS with credentials for the allowed origins: answers preflights, and adds the headers to every
 * answer, refusals included, so that the page can read why.
 */
final class CrossOrigin {
  private static final String METHODS = "GET, POST, PUT, PATCH, DELETE";
  private static final String REQUEST_HEADERS =
      "Authorization, Content-Type, X-CSRF-Token, X-Client-Account-ID, X-Engagement-ID, If-Match,"
          + " If-None-Match, Idempotency-Key, Last-Event-ID, X-Correlation-ID, traceparent";
  private static final String ANSWER_HEADERS =
      "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Correlation-ID";
  private static final String PREFLIGHT_SECONDS = "600";

  private final AllowedOrigins origins;

  CrossOrigin(AllowedOrigins origins) {
    this.origins = origins;
  }

  void handle(Context context) {
    context.addHeader("Vary", "Origin");
    String origin = AllowedOrigins.origin(context);
    boolean allowed = origin != null && origins.contains(origin);
    if (allowed) {
      context.header("Access-Control-Allow-Origin", origin);
      context.header("Access-Control-Allow-Credentials", "true");
      context.header("Access-Control-Expose-Headers", ANSWER_HEADERS);
    }
    if (isPreflight(context)) {
      answerPreflight(context, allowed);
    }
  }

  private static void answerPreflight(Context context, boolean allowed) {
    if (!allowed) {
      throw foreign(context);
    }
    context.header("Access-Control-Allow-Methods", METHODS);
    context.header("Access-Control-Allow-Headers", REQUEST_HEADERS);
    context.header("Access-Control-Max-Age", PREFLIGHT_SECONDS);
    context.status(204).skipRemainingHandlers();
  }

  static RuntimeException foreign(Context context) {
    return Problem.of(
            ProblemType.FOREIGN_ORIGIN,
            "Pages of "
                + AllowedOrigins.origin(context)
                + " may not use this API. Add the origin to SKEIN_ALLOWED_ORIGINS.")
        .exception();
  }

  private static boolean isPreflight(Context context) {
    return HandlerType.OPTIONS.equals(context.method())
        && context.header("Access-Control-Request-Method") != null;
  }
}
