package io.skein.bench.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.Task;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.Worker;
import io.skein.tasks.WorkerListener;
import io.skein.tasks.WorkerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A worker process of Skein. Answers each line, a number, when so many more tasks are completed.
 */
final class WorkerMain {
  private WorkerMain() {}

  /** Arguments: database, Redis, slots, connections. Ends with its standard input. */
  public static void main(String[] args) throws IOException {
    Semaphore completed = new Semaphore(0);
    PostgresSettings settings =
        PostgresSettings.parse(args[0]).withPoolSize(Integer.parseInt(args[3]));
    try (Database database = Database.open(settings, "bench-worker");
        RedisConnections redis = RedisConnections.open(RedisSettings.of(args[1]), "bench-worker");
        TaskQueue queue = TaskQueue.open(database, redis);
        Worker worker =
            new Worker(
                WorkerSettings.named("bench").withSlots(Integer.parseInt(args[2])),
                queue,
                List.of(new NoOp(NoOp.TYPE, task -> {})),
                new WorkerListener() {
                  @Override
                  public void completed(Task task) {
                    completed.release();
                  }
                })) {
      worker.start();
      answer("ready");
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        int tasks = Integer.parseInt(line);
        // On another thread, so that this one sees the end of the orders while it waits.
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              completed.acquireUninterruptibly(tasks);
              answer("done");
            });
      }
    }
  }

  private static void answer(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
