package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.flows.Owners;
import io.skein.api.http.Moments;
import io.skein.api.http.Paging;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.events.EventBus;
import io.skein.events.EventJson;
import io.skein.events.EventQueries;
import io.skein.events.EventQuery;
import io.skein.events.Sequence;
import io.skein.events.StreamId;
import io.skein.flows.FlowEngine;
import io.skein.sse.EventFilter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The history of a flow and the progress of its agents. */
public final class EventRoutes {
  private static final QueryParameters HISTORY =
      QueryParameters.of("limit", "before", "after", "order", "since", "until")
          .andLists("types", "phases");
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final FlowEngine engine;
  private final EventBus events;
  private final JsonMapper json;

  public EventRoutes(FlowEngine engine, EventBus events, JsonMapper json) {
    this.engine = engine;
    this.events = events;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/flows/{flow}/events", HISTORY.of(this::history));
    routes.get("/api/v1/flows/{flow}/progress", QueryParameters.none(this::progress));
  }

  private void history(Context context) {
    StreamId stream = owned(context);
    EventQuery query = query(context);
    EventQueries.Page page = events.queries().find(stream, query).orElseThrow(Owners::noSuchFlow);
    ObjectNode body = json.createObjectNode();
    body.put("epoch", page.position().epoch().millis());
    body.put("last", page.position().last().value());
    ArrayNode items = body.putArray("events");
    page.events().forEach(event -> items.add(EventJson.of(event)));
    body.put("next", page.more() ? page.events().getLast().sequence().value() : null);
    answer(context, body);
  }

  private static EventQuery query(Context context) {
    int limit = (int) Paging.number(context, "limit", PAGE, 1, LARGEST_PAGE);
    long before = Paging.number(context, "before", Long.MAX_VALUE, 0, Long.MAX_VALUE);
    EventFilter filter = EventFilters.of(context);
    return order(context, limit)
        .after(new Sequence(Paging.number(context, "after", 0, 0, Long.MAX_VALUE)))
        .before(new Sequence(before))
        .ofTypes(filter.types())
        .ofPhases(filter.phases())
        .between(Moments.of(context, "since"), Moments.of(context, "until"));
  }

  private static EventQuery order(Context context, int limit) {
    String order = context.queryParam("order");
    return switch (order == null || order.isEmpty() ? "oldest" : order) {
      case "oldest" -> EventQuery.oldest(limit);
      case "newest" -> EventQuery.newest(limit);
      default ->
          throw Problem.of(ProblemType.MALFORMED_REQUEST, "order is oldest or newest.").exception();
    };
  }

  private void progress(Context context) {
    StreamId stream = owned(context);
    ObjectNode body = json.createObjectNode();
    ArrayNode agents = body.putArray("agents");
    events.progress().snapshot(stream).forEach(update -> agents.add(EventJson.of(update)));
    answer(context, body);
  }

  private StreamId owned(Context context) {
    return engine
        .find(Owners.of(context), Owners.flow(context))
        .orElseThrow(Owners::noSuchFlow)
        .id()
        .stream();
  }

  private void answer(Context context, ObjectNode body) {
    context.contentType("application/json").result(json.writeValueAsBytes(body));
  }
}
