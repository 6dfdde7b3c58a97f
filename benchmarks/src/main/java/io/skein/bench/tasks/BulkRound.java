package io.skein.bench.tasks;

import io.skein.bench.Report;
import io.skein.bench.Target;
import java.time.Duration;
import java.util.Optional;

/** T2: tasks enqueued in batches of 1,000, for a queue without a worker. Not thread safe. */
final class BulkRound {
  private static final int TIMES = 5;
  private static final double LEAST = 100_000;
  private static final double LEAST_OF_COPY = 0.7;
  private static final double TIMES_GRAPHILE = 2;
  private static final String SKEIN = "tasks enqueued in bulk, Skein";
  private static final String COPY = "tasks enqueued in bulk, COPY of the same rows";
  private static final String GRAPHILE = "tasks enqueued in bulk, Graphile's addJobs";

  private final SkeinContender skein;
  private final CopiedTasks copied;
  private final Optional<ScriptContender> graphile;
  private final int tasks;
  private final Report report;

  BulkRound(SkeinContender skein, Optional<ScriptContender> graphile, int tasks, Report report) {
    this.skein = skein;
    this.copied = CopiedTasks.create(skein.database());
    this.graphile = graphile;
    this.tasks = tasks * TIMES;
    this.report = report;
  }

  void warmUp() {
    skein.enqueue("nobody", "nobody", tasks);
    skein.forgetTasks();
    var unused = copied.copy(tasks);
  }

  void run() {
    skein.forgetTasks();
    long begin = System.nanoTime();
    skein.enqueue("nobody", "nobody", tasks);
    add(SKEIN, Duration.ofNanos(System.nanoTime() - begin));
    skein.forgetTasks();
    add(COPY, copied.copy(tasks));
    graphile.ifPresent(rival -> add(GRAPHILE, rival.add(tasks)));
  }

  Target target() {
    double rate = report.median(SKEIN);
    double ofCopy = rate / report.median(COPY);
    double ofGraphile = graphile.isPresent() ? rate / report.median(GRAPHILE) : Double.NaN;
    return new Target(
        "T2",
        "%s/s %sx-COPY %sx-addJobs"
            .formatted(Report.number(rate), Report.number(ofCopy), Report.number(ofGraphile)),
        ">=100,000/s >=0.7x-COPY >=2x-addJobs",
        rate >= LEAST && ofCopy >= LEAST_OF_COPY && ofGraphile >= TIMES_GRAPHILE);
  }

  private void add(String name, Duration took) {
    report.add(name, tasks * 1e9 / took.toNanos(), "/s");
  }
}
