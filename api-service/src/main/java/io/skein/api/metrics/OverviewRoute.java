package io.skein.api.metrics;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Paging;
import io.skein.api.http.QueryParameters;
import io.skein.postgres.Instance;
import io.skein.postgres.Instances;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureGates;
import io.skein.redis.FeatureMode;
import io.skein.telemetry.series.SeriesAnswer;
import io.skein.telemetry.series.Telemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/overview}: all that the page's charts show, in one answer, since each page asks
 * every few seconds.
 */
public final class OverviewRoute {
  private static final int DEFAULT_MINUTES = 30;
  private static final int MOST_MINUTES = 180;

  /** An instance that missed three heartbeats is dead. */
  private static final Duration SEEN = Duration.ofSeconds(15);

  private static final List<Shown> SHOWN =
      List.of(
          new Shown("requests", "skein.http.requests", Set.of("status")),
          new Shown("latency", "skein.http.requests", Set.of()),
          new Shown("appended", "skein.events.appended", Set.of()),
          new Shown("delivered", "skein.sse.delivered", Set.of()),
          new Shown("relayLag", "skein.relay.lag", Set.of()),
          new Shown("streams", "skein.sse.connections", Set.of()),
          new Shown("cacheReads", "skein.cache.reads", Set.of("outcome")),
          new Shown("queued", "skein.queue.queued", Set.of("queue")),
          new Shown("oldestWait", "skein.queue.oldest.wait", Set.of("queue")),
          new Shown("pickUp", "skein.tasks.pickup", Set.of()),
          new Shown("runTime", "skein.tasks.run", Set.of()),
          new Shown("runs", "skein.tasks.runs", Set.of("outcome")),
          new Shown("processor", "process.cpu.usage", Set.of(SeriesAnswer.INSTANCE)));

  private final Telemetry telemetry;
  private final Instances instances;
  private final FeatureGates gates;
  private final InstantSource clock;
  private final JsonMapper json;

  public OverviewRoute(
      Telemetry telemetry,
      Instances instances,
      FeatureGates gates,
      InstantSource clock,
      JsonMapper json) {
    this.telemetry = telemetry;
    this.instances = instances;
    this.gates = gates;
    this.clock = clock;
    this.json = json;
  }

  /**
   * What a chart needs.
   *
   * @param key in the answer
   * @param by the tags that tell its lines apart
   */
  private record Shown(String key, String name, Set<String> by) {}

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/overview", QueryParameters.of("minutes").of(this::show));
  }

  private void show(Context context) {
    Roles.demand(context, Role.OPERATOR);
    int minutes = Math.toIntExact(Paging.number(context, "minutes", DEFAULT_MINUTES, 1, MOST_MINUTES));
    ObjectNode body = json.createObjectNode().put("at", clock.instant().toString());
    writeInstances(body.putArray("instances"));
    writeFeatures(body.putArray("features"));
    SeriesAnswer answer =
        telemetry.read(SHOWN.stream().map(Shown::name).collect(Collectors.toSet()), minutes);
    FigureNodes.head(answer, body);
    ObjectNode metrics = body.putObject("metrics");
    for (Shown shown : SHOWN) {
      FigureNodes.rows(answer, shown.name(), shown.by(), metrics.putObject(shown.key()));
    }
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }

  private void writeInstances(ArrayNode items) {
    for (Instance instance : instances.seenWithin(SEEN)) {
      items
          .addObject()
          .put("name", instance.name())
          .put("role", instance.role())
          .put("version", instance.version())
          .put("startedAt", instance.startedAt().toString())
          .put("seenAt", instance.seenAt().toString());
    }
  }

  private void writeFeatures(ArrayNode items) {
    for (FeatureGate gate : gates.all()) {
      FeatureMode mode = gate.mode();
      items
          .addObject()
          .put("name", gate.feature().label())
          .put("enabled", mode != FeatureMode.FLAG_OFF)
          .put("mode", mode.label())
          .put("reason", mode.reason());
    }
  }
}
