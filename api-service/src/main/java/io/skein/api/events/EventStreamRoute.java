package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Principal;
import io.skein.api.auth.TicketScope;
import io.skein.api.flows.Owners;
import io.skein.api.limits.ClientAddresses;
import io.skein.events.StreamId;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.sse.EventFilter;
import io.skein.sse.SseBroker;
import io.skein.sse.SseStream;
import io.skein.sse.Viewer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/flows/{id}/events/stream}: the events of a flow as they happen; {@code GET
 * /api/v1/events/stream}: those of several flows, or of the whole engagement. Each ends at the
 * latest when its credential does. Thread safe.
 */
public final class EventStreamRoute implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventStreamRoute.class);

  /** A client that takes nothing for so long is left; it resumes, if it is there. */
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(20);

  private static final Duration LONGER_THAN_A_STREAM = Duration.ofDays(1);

  private final FlowEngine engine;
  private final WatchedFlows watched;
  private final SseBroker broker;
  private final Clock clock;
  private final ClientAddresses addresses;
  private final ScheduledThreadPoolExecutor expiry =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("skein-credential-expiry").daemon().factory());

  public EventStreamRoute(
      FlowEngine engine, SseBroker broker, Clock clock, ClientAddresses addresses) {
    this.engine = engine;
    this.watched = new WatchedFlows(engine);
    this.broker = broker;
    this.clock = clock;
    this.addresses = addresses;
    // A credential lasts hours and a stream minutes: what was cancelled must not wait for its time.
    expiry.setRemoveOnCancelPolicy(true);
  }

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/flows/{flow}/events/stream", context -> serve(context, one(context)));
    routes.get("/api/v1/events/stream", context -> serve(context, several(context)));
  }

  private void serve(Context context, SseStream stream) throws IOException {
    if (stream.finished()) {
      context.status(204);
      return;
    }
    HttpServletResponse response = context.res();
    response.setStatus(200);
    response.setContentType("text/event-stream;charset=utf-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    Instant until = Caller.of(context).until();
    StreamConnection.takeOver(
        context.req(), response, WRITE_LIMIT, out -> write(stream, out, until));
  }

  private void write(SseStream stream, OutputStream out, Instant until) {
    ScheduledFuture<?> end = endWithCredential(stream, until);
    try {
      stream.writeTo(out);
    } finally {
      end.cancel(false);
    }
  }

  private ScheduledFuture<?> endWithCredential(SseStream stream, Instant until) {
    Instant now = clock.instant();
    Instant end =
        until.isBefore(now.plus(LONGER_THAN_A_STREAM)) ? until : now.plus(LONGER_THAN_A_STREAM);
    long left = Math.max(0, Duration.between(now, end).toMillis());
    return expiry.schedule(stream::close, left, TimeUnit.MILLISECONDS);
  }

  /** While PostgreSQL is away the client must not get a status that ends its EventSource. */
  private SseStream one(Context context) {
    FlowId flow = Owners.flow(context);
    Caller.of(context).demand(TicketScope.of(Set.of(flow.value())));
    EventFilter filter = EventFilters.of(context);
    boolean owned;
    try {
      owned = engine.find(Owners.of(context), flow).isPresent();
    } catch (JdbiException e) {
      LOG.warn("whose flow it is could not be asked; the client of its stream comes again", e);
      return broker.refuse();
    }
    if (!owned) {
      throw Owners.noSuchFlow();
    }
    return broker
        .open(viewer(context), flow.stream(), filter, lastEventId(context))
        .orElseThrow(Owners::noSuchFlow);
  }

  /** As {@link #one}: chosen flows, or all of the caller's engagement. */
  private SseStream several(Context context) {
    List<String> named = context.queryParams("flow");
    Set<UUID> ids = WatchedFlows.parse(named);
    Caller.of(context).demand(named.isEmpty() ? TicketScope.EVERYTHING : TicketScope.of(ids));
    EventFilter filter = EventFilters.of(context);
    try {
      watched.demandVisible(context, ids);
    } catch (JdbiException e) {
      LOG.warn("whose flows they are could not be asked; the client of a stream comes again", e);
      return broker.refuse();
    }
    Set<StreamId> chosen = ids.stream().map(StreamId::new).collect(Collectors.toSet());
    return broker.openFeed(viewer(context), chosen, filter, lastEventId(context));
  }

  private Viewer viewer(Context context) {
    Principal principal = Caller.of(context).principal();
    return new Viewer(
        principal.tenant(), principal.engagement(), principal.user(), addresses.of(context));
  }

  /** The header wins, because EventSource repeats its address with the query it began with. */
  private static @Nullable String lastEventId(Context context) {
    String header = context.header("Last-Event-ID");
    return header == null ? context.queryParam("lastEventId") : header;
  }

  @Override
  public void close() {
    expiry.shutdownNow();
  }
}
