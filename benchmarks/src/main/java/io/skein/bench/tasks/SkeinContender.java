package io.skein.bench.tasks;

import io.skein.bench.BenchProcess;
import io.skein.bench.BenchServers;
import io.skein.bench.Payload;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.NewTask;
import io.skein.tasks.TaskQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Skein: this process enqueues, a worker process works, as with the rivals. */
final class SkeinContender implements Contender {
  static final String NAME = "Skein";
  static final int BATCH = 1_000;

  /** Of the worker: completions, claims, renewals and upkeep; its no-op tasks need none. */
  private static final String CONNECTIONS = "8";

  private final Database database;
  private final RedisConnections redis;
  private final TaskQueue queue;
  private final LineProcess worker;

  private SkeinContender(BenchServers servers, int slots, List<String> jvm, Path folder) {
    String url = servers.database("skein").url();
    this.database = Database.open(PostgresSettings.parse(url), "bench");
    this.redis = RedisConnections.open(RedisSettings.of(servers.redis().url()), "bench");
    this.queue = TaskQueue.open(database, redis);
    this.worker =
        LineProcess.of(
            "the worker of Skein",
            BenchProcess.java(
                "skein-worker",
                WorkerMain.class.getName(),
                options(jvm),
                List.of(url, servers.redis().url(), String.valueOf(slots), CONNECTIONS),
                folder));
  }

  /**
   * Starts the worker.
   *
   * @param slots tasks at once in the worker
   * @param jvm options of the worker's JVM
   */
  static SkeinContender start(BenchServers servers, int slots, List<String> jvm, Path folder) {
    return new SkeinContender(servers, slots, jvm, folder);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Duration run(int tasks) {
    long begin = System.nanoTime();
    CompletableFuture<String> done =
        CompletableFuture.supplyAsync(() -> worker.order(String.valueOf(tasks)));
    enqueue("default", NoOp.TYPE, tasks);
    done.join();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Enqueues in transactions of at most 1,000 tasks. */
  void enqueue(String queueName, String type, int tasks) {
    NewTask task = NewTask.of(queueName, type, Payload.of(200));
    for (int from = 0; from < tasks; from += BATCH) {
      List<NewTask> batch = Collections.nCopies(Math.min(BATCH, tasks - from), task);
      database.useTransaction(transaction -> queue.enqueue(transaction, batch));
    }
  }

  /** Each round begins with an empty table, as those who delete what is done do. */
  void forgetTasks() {
    database.useTransaction(transaction -> transaction.handle().execute("truncate tasks"));
  }

  Database database() {
    return database;
  }

  RedisConnections redis() {
    return redis;
  }

  TaskQueue queue() {
    return queue;
  }

  long workerPid() {
    return worker.pid();
  }

  @Override
  public void close() {
    worker.close();
    queue.close();
    redis.close();
    database.close();
  }

  private static List<String> options(List<String> jvm) {
    List<String> options = new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC"));
    options.add("-Dlogback.configurationFile=io/skein/bench/logback.xml");
    options.addAll(jvm);
    return options;
  }
}
