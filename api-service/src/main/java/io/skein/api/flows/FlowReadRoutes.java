package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.http.Paging;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.flows.Flow;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.FlowJson;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Lists flows, shows one, and its state through the cache. */
public final class FlowReadRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(FlowReadRoutes.class);
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 200;

  private final FlowEngine engine;
  private final FlowStates states;
  private final FlowJson flowJson;
  private final JsonMapper json;

  public FlowReadRoutes(FlowEngine engine, FlowStates states, JsonMapper json) {
    this.engine = engine;
    this.flowJson = new FlowJson(json);
    this.states = states;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/flows", QueryParameters.of("limit", "after").of(this::list));
    routes.get("/api/v1/flows/{flow}", QueryParameters.none(this::show));
    routes.get("/api/v1/flows/{flow}/state", QueryParameters.of("minVersion").of(this::state));
  }

  private void list(Context context) {
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    FlowId before = paging.after() == null ? null : new FlowId(cursor(paging.after()));
    List<Flow> found = engine.list(Owners.of(context), before, paging.limit() + 1);
    boolean more = found.size() > paging.limit();
    List<Flow> shown = more ? found.subList(0, paging.limit()) : found;
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("items");
    shown.forEach(flow -> items.add(flowJson.node(flow)));
    body.put("next", more ? shown.getLast().id().toString() : null);
    answer(context, json.writeValueAsBytes(body));
  }

  private void show(Context context) {
    Flow flow =
        engine.find(Owners.of(context), Owners.flow(context)).orElseThrow(Owners::noSuchFlow);
    String tag = EntityTags.of(flow.epoch(), flow.version());
    answerTagged(context, tag, flowJson.bytes(flow));
  }

  private void state(Context context) {
    long minVersion = Paging.number(context, "minVersion", 0, 0, Long.MAX_VALUE);
    Optional<FlowStates.State> found =
        states.find(Owners.of(context), Owners.flow(context), minVersion);
    FlowStates.State state = found.orElseThrow(Owners::noSuchFlow);
    String tag = EntityTags.of(state.version().epoch(), state.version().version());
    answerTagged(context, tag, state.json());
  }

  private static void answerTagged(Context context, String tag, byte[] body) {
    context.header("ETag", tag).header("Cache-Control", "private, no-cache");
    if (EntityTags.unchanged(context, tag)) {
      context.status(304);
    } else {
      answer(context, body);
    }
  }

  private static UUID cursor(String text) {
    try {
      return FlowId.parse(text).value();
    } catch (IllegalArgumentException e) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "after is no cursor of this list. Send the next of the page before.")
          .exception();
    }
  }

  /** Last of all, since it may begin to send. Straight, for a state is asked for very often. */
  static void answer(Context context, byte[] body) {
    context.contentType("application/json");
    HttpServletResponse response = context.res();
    response.setContentLength(body.length);
    try {
      response.getOutputStream().write(body);
    } catch (IOException e) {
      LOG.debug("the client went away before its answer was written", e);
    }
  }
}
