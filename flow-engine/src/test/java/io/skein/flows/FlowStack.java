package io.skein.flows;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.Worker;
import io.skein.tasks.WorkerSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** A flow engine with its own database on the test servers, and as many workers as asked for. */
public final class FlowStack implements AutoCloseable {
  public final JsonMapper json = JsonMapper.builder().build();
  public final Database database;
  public final EventBus events;
  public final TaskQueue tasks;
  public final FlowEngine engine;

  final Locks locks;

  /** For processes that join this one. */
  final String postgresUrl;

  final String redisUrl;
  final String keyPrefix;

  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  public FlowStack(List<FlowKind> kinds, StepListener listener) {
    postgresUrl = TestServers.postgres().createDatabase("flow-engine", FlowStack::migrate).url();
    redisUrl = TestServers.redis().url();
    PostgresSettings postgres = PostgresSettings.parse(postgresUrl).withPoolSize(20);
    String name = "test-" + UUID.randomUUID();
    keyPrefix = name + ":";
    database = keep(Database.open(postgres, name));
    RedisConnections redis =
        keep(RedisConnections.open(RedisSettings.of(redisUrl).withKeyPrefix(keyPrefix), name));
    events = keep(EventBus.start(database, redis, name, EventSettings.defaults()));
    tasks = keep(TaskQueue.open(database, redis));
    locks = keep(new Locks(redis, database, java.time.Duration.ofMinutes(1)));
    engine =
        new FlowEngine(
            database,
            events.journal(),
            tasks,
            locks,
            events.progress(),
            json,
            kinds,
            java.util.Set.of(),
            listener);
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), FlowEngine.migrations());
  }

  /** Starts one more worker with four slots. */
  public Worker startWorker() {
    WorkerSettings settings =
        WorkerSettings.named("worker-" + closeables.size())
            .withQueues(List.of(FlowEngine.queue()))
            .withSlots(4)
            .withGrace(java.time.Duration.ofSeconds(2));
    Worker worker = new Worker(settings, tasks, engine.taskHandlers());
    worker.start();
    return keep(worker);
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    closeables.push(closeable);
    return closeable;
  }

  @Override
  public void close() throws Exception {
    while (!closeables.isEmpty()) {
      closeables.pop().close();
    }
  }
}
