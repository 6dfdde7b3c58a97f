package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Paging;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.events.StreamId;
import io.skein.sse.Connection;
import io.skein.sse.ConnectionCounts;
import io.skein.sse.ConnectionPage;
import io.skein.sse.ConnectionQuery;
import io.skein.sse.ConnectionRegistry;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/connections}: who watches what in the caller's account, for operators. */
public final class ConnectionRoutes {
  private static final String PATH = "/api/v1/connections";
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final ConnectionRegistry registry;
  private final JsonMapper json;

  public ConnectionRoutes(ConnectionRegistry registry, JsonMapper json) {
    this.registry = registry;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, this::list);
    routes.get(PATH + "/counts", this::counts);
    routes.delete(PATH, this::disconnect);
  }

  private void list(Context context) {
    Roles.demand(context, Role.OPERATOR);
    ConnectionQuery query =
        new ConnectionQuery(
            tenant(context), flow(context), given(context, "user"), given(context, "instance"));
    int limit = (int) Paging.number(context, "limit", PAGE, 1, LARGEST_PAGE);
    ConnectionPage page = registry.find(query, limit);
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("items");
    page.connections()
        .forEach(located ->
            write(located.connection(), items.addObject().put("instance", located.instance())));
    body.put("more", page.more()).put("complete", page.complete());
    answer(context, body);
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
