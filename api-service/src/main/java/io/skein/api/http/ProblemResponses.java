package io.skein.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Turns whatever a handler throws into {@code application/problem+json}. Thread safe. */
public final class ProblemResponses {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemResponses.class);

  private final JsonMapper json;

  public ProblemResponses(JsonMapper json) {
    this.json = json;
  }

  /** Registers the exception handlers. */
  public void install(RoutesConfig routes) {
    routes.exception(ProblemException.class, (e, context) -> write(context, e.problem()));
    routes.exception(
        HttpResponseException.class, (e, context) -> write(context, problemOf(e, context)));
    routes.exception(Exception.class, this::failed);
  }

  /** Answers the request with the problem. */
  public void write(Context context, Problem problem) {
    problem.headers().forEach(context::header);
    context
        .status(problem.type().status())
        .contentType("application/problem+json")
        .result(body(problem, context.path()));
  }

  /**
   * The body of an answer, in UTF-8.
   *
   * @param instance the path that was asked for
   */
  public byte[] body(Problem problem, String instance) {
    return json.writeValueAsBytes(problem.body(instance));
  }

  private void failed(Exception e, Context context) {
    LOG.atError()
        .addKeyValue("method", context.method())
        .addKeyValue("path", context.path())
        .setCause(e)
        .log("a request failed");
    write(
        context,
        Problem.of(
            ProblemType.INTERNAL,
            "The request failed and may have had no effect. Look at the state, then try again;"
                + " the cause is in the log of this instance."));
  }

  private static Problem problemOf(HttpResponseException e, Context context) {
    ProblemType type = ProblemType.of(e.getStatus());
    String detail =
        switch (type) {
          case NOT_FOUND ->
              "There is nothing at " + context.path() + ". Check the path; the API is at /api/v1.";
          case METHOD_NOT_ALLOWED ->
              context.path() + " does not answer " + context.method() + ". Use " + methods(e) + ".";
          case TOO_LARGE -> "The body is larger than this server accepts. Send less at once.";
          case UNSUPPORTED_MEDIA_TYPE -> "Send another Content-Type: " + e.getMessage();
          default -> String.valueOf(e.getMessage());
        };
    Problem problem = Problem.of(type, detail);
    return type == ProblemType.METHOD_NOT_ALLOWED
        ? problem.withHeader("Allow", methods(e))
        : problem;
  }

  /** Javalin tells the methods of a path as the only detail, under a key that varies. */
  private static String methods(HttpResponseException e) {
    return String.join(", ", e.getDetails().values());
  }
}
