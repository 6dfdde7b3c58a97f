package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.flows.Owners;
import io.skein.api.http.Paging;
import io.skein.events.AgentUpdate;
import io.skein.events.EventBus;
import io.skein.events.EventFeed;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import io.skein.flows.FlowEngine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The history of a flow and the progress of its agents. */
public final class EventRoutes {
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
    routes.get("/api/v1/flows/{flow}/events", this::history);
    routes.get("/api/v1/flows/{flow}/progress", this::progress);
  }

  private void history(Context context) {
    StreamId stream = owned(context);
    long after = Paging.number(context, "after", 0, 0, Long.MAX_VALUE);
    int limit = (int) Paging.number(context, "limit", PAGE, 1, LARGEST_PAGE);
    EventFeed.Page page = events.feed().read(stream, new Sequence(after), limit);
    Position position = page.position().orElseThrow(Owners::noSuchFlow);
    ObjectNode body = json.createObjectNode();
    body.put("epoch", position.epoch().millis()).put("last", position.last().value());
    ArrayNode items = body.putArray("events");
    page.events().forEach(event -> items.add(node(event)));
    long reached = page.events().isEmpty() ? after : page.events().getLast().sequence().value();
    body.put("next", reached < position.last().value() ? reached : null);
    answer(context, body);
  }

  private void progress(Context context) {
    StreamId stream = owned(context);
    ObjectNode body = json.createObjectNode();
    ArrayNode agents = body.putArray("agents");
    for (AgentUpdate update : events.progress().snapshot(stream)) {
      ObjectNode agent = agents.addObject();
      agent.put("agent", update.agent()).put("phase", update.phase());
      agent.put("attempt", update.attempt());
      agent.put("percent", update.percent()).put("status", update.status());
      agent.set("details", json.readTree(update.detailsJson()));
      agent.put("updatedAt", update.updatedAt().toString());
    }
    answer(context, body);
  }

  private ObjectNode node(StoredEvent event) {
    ObjectNode node = json.createObjectNode();
    node.put("seq", event.sequence().value());
    node.put("id", event.id().toString());
    node.put("type", event.type()).put("phase", event.phase());
    node.set("payload", json.readTree(event.payloadJson()));
    node.put("source", event.source()).put("correlationId", event.correlationId());
    node.put("version", event.stateVersion());
    node.put("occurredAt", event.occurredAt().toString());
    return node;
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
