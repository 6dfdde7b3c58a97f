package io.skein.api.events;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.TicketScope;
import io.skein.api.auth.Tickets;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /api/v1/tickets}: a ticket for one stream. */
public final class TicketRoutes {
  private final Tickets tickets;
  private final WatchedFlows flows;
  private final JsonMapper json;

  public TicketRoutes(Tickets tickets, WatchedFlows flows, JsonMapper json) {
    this.tickets = tickets;
    this.flows = flows;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.post("/api/v1/tickets", this::issue);
  }

  private record Wish(
      @Nullable String flow, @Nullable List<@Nullable String> flows, @Nullable Boolean tenant) {}

  private void issue(Context context) {
    TicketScope scope = scope(context, JsonBody.read(context, json, Wish.class));
    Tickets.Ticket ticket = tickets.issue(Caller.of(context), scope);
    ObjectNode body = json.createObjectNode();
    body.put("ticket", ticket.text()).put("until", ticket.until().toString());
    context
        .status(201)
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }

  private TicketScope scope(Context context, Wish wish) {
    boolean everything = Boolean.TRUE.equals(wish.tenant());
    boolean chosen = wish.flow() != null || wish.flows() != null;
    boolean both = wish.flow() != null && wish.flows() != null;
    if (everything == chosen || both) {
      throw malformed();
    }
    if (everything) {
      return TicketScope.EVERYTHING;
    }
    Stream<@Nullable String> named =
        wish.flows() == null ? Stream.of(wish.flow()) : wish.flows().stream();
    Set<UUID> ids = WatchedFlows.parse(named.toList());
    if (ids.isEmpty()) {
      throw malformed();
    }
    flows.demandVisible(context, ids);
    return TicketScope.of(ids);
  }

  private static ProblemException malformed() {
    return Problem.of(
            ProblemType.MALFORMED_REQUEST,
            "Send {\"flow\": \"…\"}, {\"flows\": [\"…\", …]} or {\"tenant\": true}, and one of"
                + " them only.")
        .exception();
  }
}
