package io.skein.api.metrics;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Paging;
import io.skein.api.http.QueryParameters;
import io.skein.postgres.FeatureFlag;
import io.skein.postgres.Instance;
import io.skein.postgres.InstanceMode;
import io.skein.postgres.Instances;
import io.skein.telemetry.FeatureSwitches;
import io.skein.telemetry.series.SeriesAnswer;
import io.skein.telemetry.series.SeriesQuestion;
import io.skein.telemetry.series.Telemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private static final String REDIS = "redis";

  private static final List<Shown> SHOWN =
      List.of(
          new Shown("requests", "skein.http.requests", Set.of("status")),
          new Shown("latency", "skein.http.requests", Set.of()),
          new Shown("appended", "skein.events.appended", Set.of()),
          new Shown("delivered", "skein.sse.delivered", Set.of()),
          new Shown("relayLag", "skein.relay.lag", Set.of()),
          new Shown("streams", "skein.sse.connections", Set.of()),
          new Shown("cacheHits", "skein.cache.hits", Set.of("level")),
          new Shown("cacheMisses", "skein.cache.misses", Set.of("level")),
          new Shown("cacheLoads", "skein.cache.loads", Set.of()),
          new Shown("refusals", "skein.limits.refused", Set.of()),
          new Shown("lockWaits", "skein.locks.wait", Set.of()),
          new Shown("queued", "skein.queue.queued", Set.of("queue")),
          new Shown("oldestWait", "skein.queue.oldest.wait", Set.of("queue")),
          new Shown("pickUp", "skein.tasks.pickup", Set.of()),
          new Shown("runTime", "skein.tasks.run", Set.of()),
          new Shown("runs", "skein.tasks.runs", Set.of("outcome")),
          new Shown("processor", "process.cpu.usage", Set.of(SeriesAnswer.INSTANCE)));

  private final Telemetry telemetry;
  private final Instances instances;
  private final FeatureSwitches features;
  private final InstantSource clock;
  private final JsonMapper json;

  public OverviewRoute(
      Telemetry telemetry,
      Instances instances,
      FeatureSwitches features,
      InstantSource clock,
      JsonMapper json) {
    this.telemetry = telemetry;
    this.instances = instances;
    this.features = features;
    this.clock = clock;
    this.json = json;
  }

  /**
   * What a chart needs.
   *
   * @param key in the answer
   * @param question the tags tell its lines apart
   */
  private record Shown(String key, SeriesQuestion question) {
    Shown(String key, String name, Set<String> by) {
      this(key, new SeriesQuestion(name, by));
    }
  }

  public void install(RoutesConfig routes) {
    routes.get("/api/v1/overview", QueryParameters.of("minutes").of(this::show));
  }

  private void show(Context context) {
    Roles.demand(context, Role.OPERATOR);
    int minutes =
        Math.toIntExact(Paging.number(context, "minutes", DEFAULT_MINUTES, 1, MOST_MINUTES));
    ObjectNode body = json.createObjectNode().put("at", clock.instant().toString());
    writeInstances(body.putArray("instances"));
    writeFeatures(body.putArray("features"));
    SeriesAnswer answer =
        telemetry.read(SHOWN.stream().map(Shown::question).collect(Collectors.toSet()), minutes);
    FigureNodes.head(answer, body);
    ObjectNode metrics = body.putObject("metrics");
    for (Shown shown : SHOWN) {
      FigureNodes.rows(answer, shown.question(), metrics.putObject(shown.key()));
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

  /** A feature counts as carried by Redis when that is so on every instance. */
  private void writeFeatures(ArrayNode items) {
    Map<String, List<InstanceMode>> everywhere =
        features.modes().ofInstancesSeenWithin(SEEN).stream()
            .collect(Collectors.groupingBy(InstanceMode::feature));
    for (InstanceMode here : features.here()) {
      List<InstanceMode> all = new ArrayList<>(everywhere.getOrDefault(here.feature(), List.of()));
      all.removeIf(other -> other.instance().equals(here.instance())); // may be a moment old
      all.addFirst(here);
      List<InstanceMode> fallen = all.stream().filter(one -> !one.mode().equals(REDIS)).toList();
      InstanceMode shown = fallen.isEmpty() ? here : fallen.getFirst();
      FeatureFlag flag = features.flags().all().get(here.feature());
      ObjectNode item = items.addObject().put("name", here.feature());
      item.put("enabled", flag == null || flag.enabled());
      item.put("mode", shown.mode());
      item.put("reason", shown.reason());
      ArrayNode instances = item.putArray("fallbackOn");
      fallen.stream().map(InstanceMode::instance).sorted().forEach(instances::add);
    }
  }
}
