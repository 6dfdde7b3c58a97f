package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.cache.CacheStatistics;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.redis.FeatureMode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/cache}: what the state cache of the answering instance does, for operators. */
public final class CacheRoutes {
  private static final String PATH = "/api/v1/cache";

  private final String instance;
  private final FlowEngine engine;
  private final FlowStates states;
  private final JsonMapper json;

  public CacheRoutes(String instance, FlowEngine engine, FlowStates states, JsonMapper json) {
    this.instance = instance;
    this.engine = engine;
    this.states = states;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::show));
    routes.delete(PATH + "/flows/{flow}", QueryParameters.none(this::invalidate));
    routes.post(PATH + "/warm", QueryParameters.none(this::warm));
  }

  private void show(Context context) {
    Roles.demand(context, Role.OPERATOR);
    FeatureMode mode = states.mode();
    CacheStatistics statistics = states.statistics();
    ObjectNode body = json.createObjectNode();
    body.put("instance", instance);
    body.put("mode", mode.label()).put("reason", mode.reason());
    body.put("warming", states.warming());
    write(statistics.near(), body.putObject("near"));
    write(statistics.redis(), body.putObject("redis"));
    write(statistics.loads(), body.putObject("loads"));
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }

  private static void write(CacheStatistics.Level level, ObjectNode node) {
    node.put("hits", level.hits())
        .put("misses", level.misses())
        .put("hitRate", level.hitRate())
        .put("staleRefusals", level.staleRefusals())
        .put("undecodable", level.undecodable())
        .put("refusedWrites", level.refusedWrites())
        .put("evictions", level.evictions())
        .put("failures", level.failures());
  }

  private static void write(CacheStatistics.Loads loads, ObjectNode node) {
    node.put("loads", loads.loads())
        .put("failures", loads.failures())
        .put("refusals", loads.refusals())
        .put("joins", loads.joins())
        .put("refreshes", loads.refreshes())
        .put("warmed", loads.warmed())
        .put("tooLarge", loads.tooLarge());
  }

  /** Of the caller's own flows; others are not there. */
  private void invalidate(Context context) {
    FlowId flow = Owners.flow(context);
    if (engine.find(Owners.of(context), flow).isEmpty()) {
      throw Owners.noSuchFlow();
    }
    Roles.demand(context, Role.OPERATOR);
    if (!states.invalidate(flow)) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "Redis does not answer, so only this instance has forgotten the state. Try again when"
                  + " it does.")
          .withHeader("Retry-After", "1")
          .exception();
    }
    context.status(204);
  }

  /** It costs all instances, so only an admin begins it; it goes on after the answer. */
  private void warm(Context context) {
    Roles.demand(context, Role.ADMIN);
    if (!states.warm()) {
      throw Problem.of(
              ProblemType.CONFLICT,
              "This instance is warming its cache already. GET /api/v1/cache tells when it is done.")
          .exception();
    }
    context.status(202);
  }
}
