package io.skein.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemResponses;
import io.skein.api.http.ProblemType;
import io.skein.cache.StateUnavailableException;
import io.skein.postgres.FallbackBusyException;
import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers 503 with {@code Retry-After} while what we stand on is away, and never a bare 500 for it.
 */
final class Outages {
  private static final Logger LOG = LoggerFactory.getLogger(Outages.class);

  /** Classes of SQLSTATE that pass: connection, resources, operator, lock and deadlock. */
  private static final Set<String> PASSING = Set.of("08", "53", "57", "55", "40", "25");

  private final ProblemResponses problems;

  private Outages(ProblemResponses problems) {
    this.problems = problems;
  }

  static void install(RoutesConfig routes, ProblemResponses problems) {
    Outages outages = new Outages(problems);
    routes.exception(JdbiException.class, outages::database);
    routes.exception(StateUnavailableException.class, (e, context) -> outages.full(context));
    routes.exception(FallbackBusyException.class, (e, context) -> outages.full(context));
  }

  private void database(JdbiException e, Context context) {
    if (passes(e)) {
      LOG.atWarn()
          .addKeyValue("path", context.path())
          .addKeyValue("reason", reason(e))
          .log("PostgreSQL could not serve a request");
      busy(context);
    } else {
      LOG.atError().addKeyValue("path", context.path()).setCause(e).log("a request failed");
      problems.write(
          context,
          Problem.of(
              ProblemType.INTERNAL,
              "The request failed on our side. The log of this instance tells why."));
    }
  }

  private void busy(Context context) {
    unavailable(context, "The database does not answer. Try again in a moment.");
  }

  private void full(Context context) {
    unavailable(context, "The database has as much to read as it may have. Try again in a moment.");
  }

  private void unavailable(Context context, String detail) {
    problems.write(
        context, Problem.of(ProblemType.UNAVAILABLE, detail).withHeader("Retry-After", "1"));
  }

  /** In an outage every request comes here: one line each, without the stack. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }

  private static boolean passes(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String state = sql.getSQLState();
        return state == null || PASSING.contains(state.substring(0, Math.min(2, state.length())));
      }
    }
    return false;
  }
}
