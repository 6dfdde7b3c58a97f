package io.skein.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.postgres.TraceParent;
import java.util.Objects;
import org.slf4j.MDC;

/**
 * The trace of a request: continued from its {@code traceparent} header, or begun here when there
 * is none that can be read (W3C Trace Context). What the request logs has it in the MDC, and what
 * it writes carries it on.
 */
public final class RequestTrace {
  private static final String ATTRIBUTE = "io.skein.api.trace";
  private static final String MDC_KEY = "trace";

  private RequestTrace() {}

  /** Before all that may log. */
  public static void install(RoutesConfig routes) {
    routes.before(RequestTrace::begin);
    routes.after(context -> MDC.remove(MDC_KEY));
  }

  /** The request's own span. */
  public static TraceParent of(Context context) {
    return Objects.requireNonNull(context.<TraceParent>attribute(ATTRIBUTE), "no request");
  }

  private static void begin(Context context) {
    TraceParent trace =
        TraceParent.parse(context.header("traceparent"))
            .map(TraceParent::child)
            .orElseGet(TraceParent::begin);
    context.attribute(ATTRIBUTE, trace);
    MDC.put(MDC_KEY, trace.traceId());
  }
}
