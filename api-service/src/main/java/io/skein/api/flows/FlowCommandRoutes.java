package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.QueryParameters;
import io.skein.flows.CommandOutcome;
import io.skein.flows.CommandRequest;
import io.skein.flows.FlowCommands;
import io.skein.flows.FlowId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands: approve, pause, resume, retry, restart, cancel. */
public final class FlowCommandRoutes {
  private final FlowCommands commands;
  private final JsonMapper json;

  public FlowCommandRoutes(FlowCommands commands, JsonMapper json) {
    this.commands = commands;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.post("/api/v1/flows/{flow}/pause", command("pause", commands::pause));
    routes.post("/api/v1/flows/{flow}/resume", command("resume", commands::resume));
    routes.post("/api/v1/flows/{flow}/retry", command("retry", commands::retry));
    routes.post("/api/v1/flows/{flow}/cancel", command("cancel", commands::cancel));
    routes.post("/api/v1/flows/{flow}/restart", forOperators(this::restart));
    routes.post("/api/v1/flows/{flow}/approve", forOperators(this::approve));
  }

  /** Nothing of the request is read for who may not command. */
  private static Handler forOperators(Handler handler) {
    return QueryParameters.none(context -> {
      Roles.demand(context, Role.OPERATOR);
      handler.handle(context);
    });
  }

  private Handler command(String name, Command command) {
    return forOperators(context -> {
      CommandRequest request = request(context, name, "");
      CommandAnswers.write(context, CommandAnswers.done(command.run(request)));
    });
  }

  private void approve(Context context) throws InterruptedException {
    JsonNode answer = JsonBody.read(context, json, JsonNode.class, json.createObjectNode());
    CommandRequest request = request(context, "approve", answer.toString());
    CommandAnswers.write(context, CommandAnswers.done(commands.approve(request, answer)));
  }

  private record RestartRequest(@Nullable String phase) {}

  private void restart(Context context) throws InterruptedException {
    // None is refused like one that the flow has not, by who knows which it has.
    String phase =
        Objects.requireNonNullElse(JsonBody.read(context, json, RestartRequest.class).phase(), "");
    CommandRequest request = request(context, "restart", phase);
    CommandAnswers.write(context, CommandAnswers.done(commands.restart(request, phase)));
  }

  private static CommandRequest request(Context context, String command, String body) {
    FlowId flow = Owners.flow(context);
    return new CommandRequest(
        Owners.of(context),
        flow,
        Owners.user(context),
        EntityTags.expected(context),
        IdempotencyHeader.read(context, List.of(command, flow.toString(), body)));
  }

  @FunctionalInterface
  private interface Command {
    CommandOutcome run(CommandRequest request) throws InterruptedException;
  }
}
