package io.skein.api;

import io.javalin.config.RoutesConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.api.auth.Admission;
import io.skein.api.auth.DoorSettings;
import io.skein.api.auth.Doors;
import io.skein.api.auth.Tickets;
import io.skein.api.events.ConnectionRoutes;
import io.skein.api.events.EventRoutes;
import io.skein.api.events.EventStreamRoute;
import io.skein.api.events.TicketRoutes;
import io.skein.api.events.WatchedFlows;
import io.skein.api.features.FeatureRoutes;
import io.skein.api.flows.CacheRoutes;
import io.skein.api.flows.DiscoveryRoutes;
import io.skein.api.flows.FlowCommandRoutes;
import io.skein.api.flows.FlowCreationRoute;
import io.skein.api.flows.FlowReadRoutes;
import io.skein.api.flows.FlowStates;
import io.skein.api.http.ProblemResponses;
import io.skein.api.http.QueryText;
import io.skein.api.http.RequestTrace;
import io.skein.api.locks.LockRoutes;
import io.skein.api.metrics.MetricRoutes;
import io.skein.api.metrics.OverviewRoute;
import io.skein.api.page.PageRoutes;
import io.skein.api.tasks.QueueRoutes;
import io.skein.api.tasks.RunRoutes;
import io.skein.api.tasks.ScheduleRoutes;
import io.skein.api.tasks.TaskRoutes;
import io.skein.api.tasks.WorkerRoutes;
import io.skein.discovery.DiscoveryQueries;
import io.skein.events.EventBus;
import io.skein.flows.FlowEngine;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.Instances;
import io.skein.sse.ConnectionRegistry;
import io.skein.tasks.RemoteWorkers;
import io.skein.tasks.TaskQueue;
import io.skein.telemetry.FeatureSwitches;
import io.skein.telemetry.series.Telemetry;
import java.time.Clock;
import tools.jackson.databind.json.JsonMapper;

/** All routes of the API, behind its doors. */
final class Routes {
  private final ApiSettings settings;
  private final Admission admission;
  private final Database database;
  private final FlowEngine engine;
  private final EventBus events;
  private final TaskQueue tasks;
  private final RemoteWorkers workers;
  private final FlowStates states;
  private final Locks locks;
  private final EventStreamRoute streams;
  private final ConnectionRegistry connections;
  private final FeatureSwitches features;
  private final JsonMapper json;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final Telemetry telemetry;
  private final Instances instances;

  Routes(
      ApiSettings settings,
      Admission admission,
      Database database,
      FlowEngine engine,
      EventBus events,
      TaskQueue tasks,
      RemoteWorkers workers,
      FlowStates states,
      Locks locks,
      EventStreamRoute streams,
      ConnectionRegistry connections,
      FeatureSwitches features,
      JsonMapper json,
      Clock clock,
      MeterRegistry metrics,
      Telemetry telemetry,
      Instances instances) {
    this.settings = settings;
    this.admission = admission;
    this.database = database;
    this.engine = engine;
    this.events = events;
    this.tasks = tasks;
    this.workers = workers;
    this.states = states;
    this.locks = locks;
    this.streams = streams;
    this.connections = connections;
    this.features = features;
    this.json = json;
    this.clock = clock;
    this.metrics = metrics;
    this.telemetry = telemetry;
    this.instances = instances;
  }

  void install(RoutesConfig routes) {
    PageRoutes page = new PageRoutes();
    DoorSettings doors =
        new DoorSettings(settings.tokens(), settings.allowedOrigins(), page.openRoutes());
    Tickets tickets = new Tickets(settings.tokens(), clock);
    RequestTrace.install(routes);
    Doors.install(routes, doors, tickets, admission, clock, json);
    routes.before(QueryText::check);
    Outages.install(routes, new ProblemResponses(json));
    page.install(routes);
    new FlowCreationRoute(engine, json, clock, settings.maxUploadBytes(), metrics).install(routes);
    new FlowReadRoutes(engine, states, json).install(routes);
    new CacheRoutes(settings.name(), engine, states, json).install(routes);
    new FlowCommandRoutes(engine.commands(), json).install(routes);
    new DiscoveryRoutes(engine, workers.runs(), new DiscoveryQueries(database, json), json)
        .install(routes);
    new EventRoutes(engine, events, json).install(routes);
    streams.install(routes);
    new TicketRoutes(tickets, new WatchedFlows(engine), json).install(routes);
    new ConnectionRoutes(engine, connections, json).install(routes);
    new FeatureRoutes(features, settings.name(), json).install(routes);
    new LockRoutes(engine, locks, settings.name(), json).install(routes);
    new TaskRoutes(database, engine, tasks, json).install(routes);
    new QueueRoutes(tasks, json).install(routes);
    new ScheduleRoutes(engine, tasks, json).install(routes);
    new WorkerRoutes(engine, tasks, workers, json).install(routes);
    new MetricRoutes(telemetry, json).install(routes);
    new OverviewRoute(telemetry, instances, features, clock, json).install(routes);
    new RunRoutes(engine, tasks, workers.runs(), json).install(routes);
  }
}
