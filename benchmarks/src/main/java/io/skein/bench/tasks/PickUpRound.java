package io.skein.bench.tasks;

import io.skein.bench.Report;
import io.skein.bench.Schedule;
import io.skein.bench.Target;
import io.skein.tasks.NewTask;
import io.skein.tasks.Task;
import io.skein.tasks.Worker;
import io.skein.tasks.WorkerSettings;
import io.skein.testing.EmbeddedRedis;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * T3: from the commit of a task until its handler begins, on an idle system: one at a time, by a
 * worker of this process, so that one clock measures. Not thread safe.
 */
final class PickUpRound {
  private static final String QUEUE = "idle";

  /** Not counted: the worker has just started. */
  private static final int FIRST = 5;

  /** What is idle has been running for long: the compilers have seen the way of a task. */
  private static final int WARM_UP = 3_000;

  private static final int WITH_REDIS = 200;
  private static final int WITHOUT_REDIS = 15;

  /**
   * Between two tasks, and on the average half more: without Redis an idle worker polls by the
   * second.
   */
  private static final Duration PAUSE_WITH_REDIS = Duration.ofMillis(50);

  private static final Duration PAUSE_WITHOUT_REDIS = Duration.ofMillis(1_200);
  private static final double MOST_P50_MILLIS = 3;
  private static final double MOST_P99_MILLIS = 10;
  private static final double MOST_WITHOUT_REDIS_MILLIS = 1_200;
  private static final String P50 = "commit to handler, p50";
  private static final String P99 = "commit to handler, p99";
  private static final String AWAY = "commit to handler without Redis, p99";

  private final SkeinContender skein;
  private final EmbeddedRedis server;
  private final Report report;
  private final Random random = new Random(5);
  private final SynchronousQueue<Long> begun = new SynchronousQueue<>();

  PickUpRound(SkeinContender skein, EmbeddedRedis server, Report report) {
    this.skein = skein;
    this.server = server;
    this.report = report;
  }

  void warmUp() {
    var unused = measure(WARM_UP, Duration.ofMillis(1));
  }

  void run() {
    Histogram there = measure(WITH_REDIS, PAUSE_WITH_REDIS);
    report.add(P50, there.getValueAtPercentile(50) / 1e3, "ms");
    report.add(P99, there.getValueAtPercentile(99) / 1e3, "ms");
  }

  /** Redis ends for it, and is there again when this returns. */
  void runWithoutRedis() {
    server.stop();
    awaitHealth(false);
    Histogram away = measure(WITHOUT_REDIS, PAUSE_WITHOUT_REDIS);
    report.add(AWAY, away.getValueAtPercentile(99) / 1e3, "ms");
    server.start();
    awaitHealth(true);
  }

  Target target() {
    double p50 = report.median(P50);
    double p99 = report.median(P99);
    double away = report.median(AWAY);
    return new Target(
        "T3",
        "p50=%sms p99=%sms away-p99=%sms"
            .formatted(Report.number(p50), Report.number(p99), Report.number(away)),
        "p50<=3ms p99<=10ms away-p99<=1.2s",
        p50 <= MOST_P50_MILLIS && p99 <= MOST_P99_MILLIS && away <= MOST_WITHOUT_REDIS_MILLIS);
  }

  /** In microseconds. */
  private Histogram measure(int tasks, Duration pause) {
    try (Worker worker =
        new Worker(
            WorkerSettings.named("idle").withQueues(List.of(QUEUE)),
            skein.queue(),
            List.of(new NoOp(QUEUE, this::begun)))) {
      worker.start();
      var unused = enqueueEach(FIRST, pause);
      return enqueueEach(tasks, pause);
    }
  }

  private Histogram enqueueEach(int tasks, Duration pause) {
    Histogram micros = new Histogram(3);
    for (int number = 0; number < tasks; number++) {
      Schedule.pause(pause.plusMillis(random.nextLong(pause.toMillis())));
      var unused = skein.queue().enqueue(NewTask.of(QUEUE, QUEUE, "{}"));
      long committed = System.nanoTime();
      // A handler may begin before the commit's answer has come back to this thread.
      micros.recordValue(Math.max(0, awaitBegun() - committed) / 1_000);
    }
    return micros;
  }

  private void begun(Task task) {
    try {
      begun.put(System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the worker stops
    }
  }

  private long awaitBegun() {
    try {
      Long at = begun.poll(10, TimeUnit.SECONDS);
      if (at == null) {
        throw new IllegalStateException("no worker began the task within 10 s");
      }
      return at;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }

  private void awaitHealth(boolean available) {
    while (skein.redis().health().available() != available) {
      Schedule.pause(Duration.ofMillis(20));
    }
  }
}
