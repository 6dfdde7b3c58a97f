package io.skein.worker;

import io.skein.events.EventBus;
import io.skein.events.EventRetention;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowKind;
import io.skein.flows.Housekeeping;
import io.skein.flows.StepListener;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.InstanceHeartbeat;
import io.skein.postgres.Instances;
import io.skein.postgres.Migrations;
import io.skein.redis.RedisConnections;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.Worker;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** One worker process: everything it is made of, started in order and stopped in reverse. */
public final class WorkerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerService.class);
  private static final Duration LOCK_HOLD = Duration.ofMinutes(1);
  private static final Duration QUEUES_MEASURED = Duration.ofSeconds(10);

  private final Closer closer;
  private final Readiness readiness;
  private final ManagementServer management;

  private WorkerService(Closer closer, Readiness readiness, ManagementServer management) {
    this.closer = closer;
    this.readiness = readiness;
    this.management = management;
  }

  /**
   * Starts the worker: waits for PostgreSQL, needs no Redis.
   *
   * @param listener hears of each step of a flow that this process makes
   * @param recycle called when the worker has run as many tasks as its settings say; must end this
   *     process soon, on another thread
   */
  public static WorkerService start(
      WorkerServiceSettings settings, StepListener listener, Runnable recycle)
      throws InterruptedException, IOException {
    Closer closer = new Closer();
    try {
      return start(settings, listener, recycle, closer);
    } catch (RuntimeException | InterruptedException | IOException e) {
      closer.close();
      throw e;
    }
  }

  private static WorkerService start(
      WorkerServiceSettings settings, StepListener listener, Runnable recycle, Closer closer)
      throws InterruptedException, IOException {
    Migrations.migrateWhenReachable(settings.postgres(), migrations());
    SeriesRegistry series = new SeriesRegistry();
    Metrics metrics = closer.add("metrics", new Metrics(settings.name(), series));
    Database database = closer.add("database", Database.open(settings.postgres(), settings.name()));
    RedisConnections redis =
        closer.add("redis", RedisConnections.open(settings.redis(), settings.name()));
    closer.add(
        "features",
        FeatureSwitches.start(
            database,
            redis.gates(),
            settings.name(),
            settings.features(),
            metrics.registry(),
            Clock.systemUTC()));
    EventBus events =
        closer.add(
            "event bus", EventBus.start(database, redis, settings.name(), settings.events()));
    Telemetry telemetry =
        closer.add(
            "telemetry",
            Telemetry.open(
                redis,
                database,
                settings.name(),
                TelemetrySettings.defaults(),
                InstantSource.system(),
                series));
    telemetry.start(metrics.registry());
    TaskQueue tasks = closer.add("task queue", TaskQueue.open(database, redis));
    EventMeters.register(metrics.registry(), events, tasks);
    Locks locks = closer.add("locks", new Locks(redis, database, LOCK_HOLD));
    FlowEngine engine =
        new FlowEngine(
            database,
            events.journal(),
            tasks,
            locks,
            events.progress(),
            JsonMapper.builder().build(),
            FlowKind.installed(),
            settings.agentPhases(),
            listener);
    Worker worker =
        new Worker(
            settings.worker(),
            tasks,
            engine.taskHandlers(),
            new TaskMeters(metrics.registry(), recycle));
    metrics.registry().gauge("skein.worker.slots", worker, Worker::slots);
    metrics.registry().gauge("skein.worker.running", worker, Worker::running);
    closer.add(
        "queue meters", QueueMeters.start(tasks.queues(), metrics.registry(), QUEUES_MEASURED));
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
            new Instances(database),
            settings.name(),
            "worker",
            FlowEngine.version(),
            settings.host() + ":" + management.port()));
    closer.add(
        "housekeeping",
        Housekeeping.start(
            engine,
            database,
            settings.retention().map(policy -> new EventRetention(database, policy)),
            settings.name()));
    worker.start();
    closer.add("worker", worker);
    LOG.atInfo()
        .addKeyValue("name", settings.name())
        .addKeyValue("management", management.port())
        .log("worker started");
    return new WorkerService(closer, readiness, management);
  }

  private static List<String> migrations() {
    List<String> modules = new ArrayList<>(FlowEngine.migrations());
    modules.add("telemetry");
    return modules;
  }

  /** Where the management port answers. */
  public int managementPort() {
    return management.port();
  }

  /** Hands back what cannot be finished in the grace, then stops everything. Idempotent. */
  @Override
  public void close() {
    readiness.drain();
    closer.close();
  }
}
