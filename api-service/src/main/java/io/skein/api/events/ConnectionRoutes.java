package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.flows.Owners;
import io.skein.api.http.Paging;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.events.StreamId;
import io.skein.flows.FlowEngine;
import io.skein.sse.Connection;
import io.skein.sse.ConnectionCounts;
import io.skein.sse.ConnectionPage;
import io.skein.sse.ConnectionPlace;
import io.skein.sse.ConnectionQuery;
import io.skein.sse.ConnectionRegistry;
import io.skein.sse.WatcherCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/connections}: who watches what in the caller's account, for operators; and how
 * many watch a flow, for all who may see it.
 */
public final class ConnectionRoutes {
  private static final String PATH = "/api/v1/connections";
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final FlowEngine engine;
  private final ConnectionRegistry registry;
  private final JsonMapper json;

  public ConnectionRoutes(FlowEngine engine, ConnectionRegistry registry, JsonMapper json) {
    this.engine = engine;
    this.registry = registry;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(
        PATH, QueryParameters.of("flow", "user", "instance", "limit", "after").of(this::list));
    routes.get(PATH + "/counts", QueryParameters.none(this::counts));
    routes.delete(PATH, QueryParameters.of("user").of(this::disconnect));
    routes.get("/api/v1/flows/{flow}/watchers", QueryParameters.none(this::watchers));
  }

  private void list(Context context) {
    Roles.demand(context, Role.OPERATOR);
    ConnectionQuery query =
        new ConnectionQuery(
            tenant(context), flow(context), given(context, "user"), given(context, "instance"));
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    ConnectionPage page = registry.find(query, place(paging), paging.limit());
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("items");
    page.connections()
        .forEach(located ->
            write(located.connection(), items.addObject().put("instance", located.instance())));
    ConnectionPlace next = page.next();
    body.put("next", next == null ? null : next.toString()).put("complete", page.complete());
    answer(context, body);
  }

  private static @Nullable ConnectionPlace place(Paging paging) {
    String after = paging.after();
    return after == null
        ? null
        : ConnectionPlace.parse(after)
            .orElseThrow(() ->
                Problem.of(
                        ProblemType.MALFORMED_REQUEST,
                        "after is no cursor of this list. Send the next of the page before.")
                    .exception());
  }

  private static void write(Connection connection, ObjectNode node) {
    node.put("connectionId", connection.id());
    node.put("engagement", connection.viewer().engagement());
    node.put("user", connection.viewer().user());
    node.put("client", connection.viewer().client());
    node.put("since", connection.since().toString());
    ArrayNode flows = node.putArray("flows");
    connection.flows().stream().map(StreamId::toString).sorted().forEach(flows::add);
  }

  private void counts(Context context) {
    Roles.demand(context, Role.OPERATOR);
    ConnectionCounts counts = registry.counts(tenant(context));
    ObjectNode body = json.createObjectNode();
    body.put("connections", counts.connections());
    body.put("users", counts.users()).put("flows", counts.flows());
    ObjectNode instances = body.putObject("instances");
    for (Map.Entry<String, Integer> instance : counts.instances().entrySet()) {
      instances.put(instance.getKey(), instance.getValue());
    }
    body.put("complete", counts.complete());
    answer(context, body);
  }

  /** For everybody who may see the flow: that it is watched, not by whom. */
  private void watchers(Context context) {
    StreamId flow =
        engine
            .find(Owners.of(context), Owners.flow(context))
            .orElseThrow(Owners::noSuchFlow)
            .id()
            .stream();
    WatcherCounts counts = registry.watchers(flow);
    ObjectNode body = json.createObjectNode();
    body.put("watchers", counts.watchers()).put("complete", counts.complete());
    answer(context, body);
  }

  private void disconnect(Context context) {
    Roles.demand(context, Role.OPERATOR);
    String user = given(context, "user");
    if (user == null) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST, "Say whose streams to end: ?user= is missing.")
          .exception();
    }
    registry.disconnect(tenant(context), user);
    context.status(202);
  }

  private static String tenant(Context context) {
    return Caller.of(context).principal().tenant();
  }

  private static @Nullable StreamId flow(Context context) {
    String text = given(context, "flow");
    return text == null ? null : new StreamId(PathIds.uuid(text));
  }

  private static @Nullable String given(Context context, String name) {
    String text = context.queryParam(name);
    return text == null || text.isEmpty() ? null : text;
  }

  private void answer(Context context, ObjectNode body) {
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }
}
