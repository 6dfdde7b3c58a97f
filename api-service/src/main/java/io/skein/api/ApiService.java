package io.skein.api;

import io.javalin.config.RoutesConfig;
import io.javalin.router.Endpoint;
import io.skein.api.events.EventStreamRoute;
import io.skein.api.events.WatchedStates;
import io.skein.api.flows.FlowStates;
import io.skein.api.http.ProblemResponses;
import io.skein.api.limits.ClientAddresses;
import io.skein.api.limits.KnownInstances;
import io.skein.api.limits.RequestLimits;
import io.skein.api.metrics.RequestMeters;
import io.skein.cache.CacheStatistics;
import io.skein.events.EventBus;
import io.skein.events.StreamId;
import io.skein.flows.Flow;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.FlowJson;
import io.skein.flows.FlowKind;
import io.skein.flows.StepListener;
import io.skein.limits.RateLimiter;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.Instance;
import io.skein.postgres.InstanceHeartbeat;
import io.skein.postgres.Instances;
import io.skein.postgres.Migrations;
import io.skein.redis.RedisConnections;
import io.skein.sse.ConnectionRegistry;
import io.skein.sse.Snapshot;
import io.skein.sse.SseBroker;
import io.skein.sse.SseSettings;
import io.skein.tasks.RemoteWorkers;
import io.skein.tasks.TaskQueue;
import io.skein.telemetry.Closer;
import io.skein.telemetry.FeatureSwitches;
import io.skein.telemetry.ManagementServer;
import io.skein.telemetry.Metrics;
import io.skein.telemetry.Readiness;
import io.skein.telemetry.Readiness.State;
import io.skein.telemetry.series.SeriesRegistry;
import io.skein.telemetry.series.Telemetry;
import io.skein.telemetry.series.TelemetrySettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** One API instance: everything it is made of, started in order and stopped in reverse. */
public final class ApiService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiService.class);
  private static final Duration LOCK_HOLD = Duration.ofMinutes(1);

  /** As of other workers; one that speaks HTTP renews it every 5 s. */
  private static final Duration REMOTE_LEASE = Duration.ofSeconds(15);

  private static final String ROLE = "api";

  /** An instance whose last heartbeat is older is taken for dead: three of them were missed. */
  private static final Duration SEEN = Duration.ofSeconds(15);

  private final Closer closer;
  private final Readiness readiness;
  private final FlowStates states;
  private final HttpServer http;
  private final ManagementServer management;

  private ApiService(
      Closer closer,
      Readiness readiness,
      FlowStates states,
      HttpServer http,
      ManagementServer management) {
    this.closer = closer;
    this.readiness = readiness;
    this.states = states;
    this.http = http;
    this.management = management;
  }

  /** Starts the instance: waits for PostgreSQL, needs no Redis. */
  public static ApiService start(ApiSettings settings) throws InterruptedException, IOException {
    return start(settings, routes -> {});
  }

  /**
   * The same with routes of one's own behind the doors.
   *
   * @param further adds them, after all others
   */
  public static ApiService start(ApiSettings settings, Consumer<RoutesConfig> further)
      throws InterruptedException, IOException {
    Closer closer = new Closer();
    try {
      return start(settings, further, closer);
    } catch (RuntimeException | InterruptedException | IOException e) {
      closer.close();
      throw e;
    }
  }

  private static ApiService start(
      ApiSettings settings, Consumer<RoutesConfig> further, Closer closer)
      throws InterruptedException, IOException {
    JsonMapper json = strictMapper();
    Migrations.migrateWhenReachable(settings.postgres(), migrations());
    SeriesRegistry series = new SeriesRegistry();
    Metrics metrics = closer.add("metrics", metrics(settings, series));
    Database database = closer.add("database", Database.open(settings.postgres(), settings.name()));
    RedisConnections redis =
        closer.add("redis", RedisConnections.open(settings.redis(), settings.name()));
    Clock clock = Clock.systemUTC();
    FeatureSwitches features =
        closer.add(
            "features",
            FeatureSwitches.start(
                database,
                redis.gates(),
                settings.name(),
                settings.features(),
                metrics.registry(),
                clock));
    EventBus events =
        closer.add(
            "event bus", EventBus.start(database, redis, settings.name(), settings.events()));
    TaskQueue tasks = closer.add("task queue", TaskQueue.open(database, redis));
    Locks locks = closer.add("locks", new Locks(redis, database, LOCK_HOLD));
    FlowEngine engine =
        new FlowEngine(
            database,
            events.journal(),
            tasks,
            locks,
            events.progress(),
            json,
            FlowKind.installed(),
            settings.agentPhases(),
            StepListener.NONE);
    FlowJson flowJson = new FlowJson(json);
    FlowStates states =
        closer.add(
            "state cache",
            FlowStates.start(
                redis, engine, flowJson, database.fallback(), events.sweep()::raisingAll));
    events.onEpoch(states::raiseEpoch);
    SseBroker broker =
        new SseBroker(
            events,
            stream -> snapshot(engine, flowJson, stream),
            new WatchedStates(engine, json),
            SseSettings.defaults().withMaxAge(settings.streamMaxAge()));
    ApiMeters.register(metrics.registry(), events, tasks, broker);
    ApiMeters.register(metrics.registry(), states);
    ApiMeters.register(metrics.registry(), locks);
    ApiMeters.register(metrics.registry(), database.fallback());
    ClientAddresses addresses = new ClientAddresses(settings.limits().trustedProxies());
    EventStreamRoute streams =
        closer.add("streams", new EventStreamRoute(engine, broker, clock, addresses));
    Telemetry telemetry =
        closer.add(
            "telemetry",
            Telemetry.open(
                redis, database, settings.name(), TelemetrySettings.defaults(), clock, series));
    if (settings.telemetry() == Measuring.ON) {
      telemetry.start(metrics.registry());
    }
    Instances instances = new Instances(database);
    KnownInstances sharing =
        closer.add(
            "known instances", KnownInstances.start(() -> serving(instances), settings.name()));
    RateLimiter limiter = new RateLimiter(redis, sharing);
    ApiMeters.register(metrics.registry(), limiter, settings.limits().all());
    ConnectionRegistry connections =
        closer.add(
            "connections",
            ConnectionRegistry.start(
                broker, database, redis, settings.name(), () -> serving(instances)));
    RemoteWorkers workers = tasks.remoteWorkers(REMOTE_LEASE, engine.agentPhases());
    Routes routes =
        new Routes(
            settings,
            new RequestLimits(limiter, settings.limits(), addresses),
            database,
            engine,
            events,
            tasks,
            workers,
            states,
            locks,
            streams,
            connections,
            features,
            json,
            clock,
            metrics.registry(),
            telemetry,
            instances);
    HttpServer http =
        closer.add(
            "http",
            HttpServer.start(
                settings.host(),
                settings.port(),
                new ServerErrors(new ProblemResponses(json)),
                config -> {
                  routes.install(config.routes);
                  further.accept(config.routes);
                  if (settings.telemetry() == Measuring.ON) {
                    config.requestLogger.http(new RequestMeters(metrics.registry())::record);
                  }
                }));
    Readiness readiness =
        new Readiness()
            .part("postgres", () -> database.whyUnreachable().map(State::down).orElseGet(State::ok))
            .features(redis.gates());
    ManagementServer management =
        closer.add(
            "management port",
            ManagementServer.start(settings.host(), settings.managementPort(), readiness, metrics));
    closer.add(
        "heartbeat",
        InstanceHeartbeat.start(
            instances,
            settings.name(),
            ROLE,
            FlowEngine.version(),
            settings.host() + ":" + management.port()));
    closer.add("drain", () -> broker.drain(settings.drain()));
    closer.add("claims of remote workers", workers);
    LOG.atInfo()
        .addKeyValue("name", settings.name())
        .addKeyValue("port", http.port())
        .log("api started");
    return new ApiService(closer, readiness, states, http, management);
  }

  /** Where the API answers. */
  public int port() {
    return http.port();
  }

  /** Where the management port answers. */
  public int managementPort() {
    return management.port();
  }

  /** What this instance's cache of states has done. */
  CacheStatistics cacheStatistics() {
    return states.statistics();
  }

  /** Everything this instance's router answers. */
  List<Endpoint> endpoints() {
    return http.endpoints();
  }

  /** Not ready any more, ends the streams spread over the drain window, stops. Idempotent. */
  @Override
  public void close() {
    readiness.drain();
    closer.close();
  }

  private static Metrics metrics(ApiSettings settings, SeriesRegistry series) {
    return settings.telemetry() == Measuring.ON
        ? new Metrics(settings.name(), series)
        : new Metrics(settings.name());
  }

  /**
   * A text is no number, nor a number a text: what comes as the other was meant as something else.
   */
  private static JsonMapper strictMapper() {
    return JsonMapper.builder()
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(
            LogicalType.Textual,
            texts ->
                texts
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .build();
  }

  /** The modules whose tables it uses, in the order of their migrations. */
  static List<String> migrations() {
    List<String> modules = new ArrayList<>(FlowEngine.migrations());
    modules.add("sse-broker");
    modules.add("telemetry");
    return modules;
  }

  /** The instances that serve streams, from the register. */
  private static Set<String> serving(Instances instances) {
    return instances.seenWithin(SEEN).stream()
        .filter(instance -> instance.role().equals(ROLE))
        .map(Instance::name)
        .collect(Collectors.toSet());
  }

  private static Snapshot snapshot(FlowEngine engine, FlowJson flowJson, StreamId stream) {
    Flow flow =
        engine
            .findOfAnyOwner(new FlowId(stream.value()))
            .orElseThrow(() -> new IllegalStateException("flow " + stream + " is gone"));
    return new Snapshot(flow.version(), flowJson.text(flow));
  }
}
