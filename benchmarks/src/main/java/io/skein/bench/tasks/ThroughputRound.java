package io.skein.bench.tasks;

import io.skein.bench.BenchServers;
import io.skein.bench.Report;
import io.skein.bench.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** T1: no-op tasks from enqueue to completion, one queue after the other. Not thread safe. */
final class ThroughputRound {
  private static final Map<String, Double> LEAST = leastTimes();

  /** These get an eighth of the tasks, or a round would last minutes. */
  private static final Set<String> SLOW = Set.of(Rivals.BULLMQ_POSTGRES, Rivals.CELERY);

  private static final int LESS = 8;

  /** Until the JVM has compiled what runs often. */
  private static final int WARM_UP = 100_000;

  private final BenchServers servers;
  private final SkeinContender skein;
  private final List<Contender> order;
  private final int tasks;
  private final Report report;

  ThroughputRound(
      BenchServers servers,
      SkeinContender skein,
      List<ScriptContender> rivals,
      int tasks,
      Report report) {
    this.servers = servers;
    this.skein = skein;
    this.order = new ArrayList<>(rivals);
    this.order.addFirst(skein);
    this.tasks = tasks;
    this.report = report;
  }

  void warmUp() {
    order.forEach(contender -> contender.run(Math.max(1, tasksOf(contender) / 5)));
    skein.run(WARM_UP);
  }

  void run() {
    for (Contender contender : order) {
      skein.forgetTasks();
      if (contender == skein) {
        measureSkein();
      } else {
        rate(contender);
      }
    }
    Collections.rotate(order, 1);
  }

  Target target() {
    StringBuilder figure =
        new StringBuilder(Report.number(report.median(rateOf(SkeinContender.NAME)))).append("/s");
    StringBuilder wanted = new StringBuilder();
    boolean met = true;
    for (Map.Entry<String, Double> rival : LEAST.entrySet()) {
      double times = timesOf(rival.getKey());
      String name = rival.getKey().replace(' ', '-');
      figure.append(" %sx-%s".formatted(Report.number(times), name));
      wanted.append("%s>=%sx-%s".formatted(wanted.isEmpty() ? "" : " ", rival.getValue(), name));
      met &= times >= rival.getValue();
    }
    return new Target("T1", figure.toString(), wanted.toString(), met);
  }

  /** Not a number when the rival is not installed. */
  private double timesOf(String rival) {
    boolean there = order.stream().anyMatch(contender -> contender.name().equals(rival));
    return there
        ? report.median(rateOf(SkeinContender.NAME)) / report.median(rateOf(rival))
        : Double.NaN;
  }

  private void measureSkein() {
    List<Cost> costs =
        List.of(
            new Cost("PostgreSQL", () -> CpuTime.ofTree(servers.postgresPid())),
            new Cost("Redis", () -> CpuTime.ofTree(servers.redis().pid())),
            new Cost("worker", () -> CpuTime.ofTree(skein.workerPid())),
            new Cost("enqueuing process", () -> CpuTime.of(ProcessHandle.current().pid())));
    rate(skein);
    for (Cost cost : costs) {
      double seconds = cost.used().toNanos() / 1e9;
      report.add("processor time of 1,000 tasks, " + cost.name(), seconds * 1_000 / tasks, "s");
    }
  }

  private void rate(Contender contender) {
    int many = tasksOf(contender);
    double seconds = contender.run(many).toNanos() / 1e9;
    report.add(rateOf(contender.name()), many / seconds, "/s");
  }

  private int tasksOf(Contender contender) {
    return SLOW.contains(contender.name()) ? Math.max(1, tasks / LESS) : tasks;
  }

  private static String rateOf(String contender) {
    return "tasks enqueued and completed, " + contender;
  }

  private static Map<String, Double> leastTimes() {
    Map<String, Double> least = new LinkedHashMap<>();
    least.put(Rivals.BULLMQ, 2.0);
    least.put(Rivals.GRAPHILE, 2.0);
    least.put(Rivals.BULLMQ_POSTGRES, 12.0);
    least.put(Rivals.CELERY, 25.0);
    return least;
  }

  /** What one process uses from now on. */
  private record Cost(String name, Supplier<Duration> counter, Duration before) {
    Cost(String name, Supplier<Duration> counter) {
      this(name, counter, counter.get());
    }

    Duration used() {
      return counter.get().minus(before);
    }
  }
}
