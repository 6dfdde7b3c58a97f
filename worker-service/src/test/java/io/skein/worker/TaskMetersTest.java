package io.skein.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.NewTask;
import io.skein.tasks.PermanentTaskException;
import io.skein.tasks.TaskContext;
import io.skein.tasks.TaskHandler;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.Worker;
import io.skein.tasks.WorkerSettings;
import io.skein.telemetry.ManagementServer;
import io.skein.telemetry.Metrics;
import io.skein.telemetry.Readiness;
import io.skein.testing.TestServers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an operator reads of tasks on the management port. */
final class TaskMetersTest {
  @Test
  void runsQueuesAndWaitsAreOnThePageOfMetrics() throws Exception {
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "task-queue"));
    try (Database database = Database.open(postgres, "test");
        RedisConnections redis =
            RedisConnections.open(
                RedisSettings.of(TestServers.redis().url()).withKeyPrefix("meters:"), "test");
        TaskQueue tasks = TaskQueue.open(database, redis);
        Metrics metrics = new Metrics("worker-1");
        ManagementServer server = ManagementServer.start("127.0.0.1", 0, new Readiness(), metrics);
        Worker worker =
            new Worker(
                WorkerSettings.named("w").withQueues(List.of("busy")),
                tasks,
                List.of(handler()),
                new TaskMeters(metrics.registry(), () -> {}))) {
      tasks.enqueue(NewTask.of("busy", "act", "\"return\""));
      tasks.enqueue(NewTask.of("busy", "act", "\"give up\""));
      tasks.enqueue(NewTask.of("busy", "act", "\"fail\""));
      enqueueMany(database, tasks, "idle", 12_000);
      TaskId later = tasks.enqueue(NewTask.of("later", "act", "{}").withDelay(Duration.ofHours(1)));
      tasks.enqueue(NewTask.of("later", "act", "{}").after(List.of(later)));
      worker.start();
      try (QueueMeters queues =
          QueueMeters.start(tasks.queues(), metrics.registry(), Duration.ofMillis(200))) {
        await()
            .atMost(Duration.ofSeconds(45)) // the second try of the failed one changes the counts
            .untilAsserted(() -> {
              String page = page(server);
              assertThat(page)
                  .contains(
                      "skein_tasks_runs_total{instance_name=\"worker-1\",outcome=\"succeeded\"")
                  .contains("outcome=\"failed\",type=\"act\"} 1.0")
                  .contains("outcome=\"retried\",type=\"act\"} 1.0")
                  .contains(
                      "skein_tasks_pickup_seconds_count{instance_name=\"worker-1\",type=\"act\"} 3")
                  .contains("skein_tasks_run_seconds_bucket")
                  .contains("skein_tasks_crashes_total{instance_name=\"worker-1\"} 0.0")
                  .contains("skein_tasks_abandoned_threads{instance_name=\"worker-1\"} 0.0")
                  .contains("skein_queue_queued{instance_name=\"worker-1\",queue=\"idle\"} 10000.0")
                  .contains("skein_queue_dead{instance_name=\"worker-1\",queue=\"busy\"} 1.0")
                  .contains("skein_queue_waiting{instance_name=\"worker-1\",queue=\"later\"} 1.0")
                  .contains(
                      "skein_queue_scheduled{instance_name=\"worker-1\",queue=\"later\"} 1.0");
              assertThat(page.lines().filter(line -> line.contains("oldest_wait_seconds{")))
                  .anyMatch(line -> line.contains("\"idle\"") && !line.endsWith(" 0.0"));
            });
      }
    }
  }

  private static void enqueueMany(Database database, TaskQueue tasks, String queue, int many) {
    List<NewTask> all =
        IntStream.range(0, many).mapToObj(i -> NewTask.of(queue, "act", "{}")).toList();
    database.useTransaction(transaction -> tasks.enqueue(transaction, all));
  }

  private static String page(ManagementServer server) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
      return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    }
  }

  private static TaskHandler handler() {
    return new TaskHandler() {
      @Override
      public String type() {
        return "act";
      }

      @Override
      public void handle(TaskContext context) {
        switch (context.task().payload()) {
          case "\"fail\"" -> throw new IllegalStateException("as asked");
          case "\"give up\"" -> throw new PermanentTaskException("as asked");
          default -> {}
        }
      }
    };
  }
}
