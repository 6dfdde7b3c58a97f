package io.skein.bench.sse;

import io.skein.bench.Report;
import io.skein.bench.Schedule;
import io.skein.bench.load.LoadFigures;
import io.skein.bench.load.LoadGenerator;
import io.skein.bench.load.Stamp;
import java.time.Clock;
import java.time.Duration;

/** Many clients of one flow. Not thread safe. */
final class FanOut {
  static final int EVENTS_A_SECOND = 16;

  /** Events that may be on their way to the slowest client, half a second's worth. */
  private static final int WINDOW = 8;

  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(2);

  private final LoadGenerator load;
  private final int connections;
  private final Duration duration;
  private final Report report;

  FanOut(LoadGenerator load, int connections, Duration duration, Report report) {
    this.load = load;
    this.connections = connections;
    this.duration = duration;
    this.report = report;
  }

  void open(Contender contender) {
    contender.begin();
    load.open(connections, contender.port(), contender.requests());
  }

  void close(Contender contender) {
    load.closeStreams();
    contender.end();
  }

  /** As many as it can: the next event goes out when the window has room. */
  void most(Contender contender) {
    load.mark();
    long published = saturate(contender, WARM_UP);
    long arrivedBefore = load.mark().deliveries();
    long begin = System.nanoTime();
    Duration usedBefore = cpuTime(contender);
    published += saturate(contender, duration);
    LoadFigures figures = load.read();
    double seconds = (System.nanoTime() - begin) / 1e9;
    Duration used = cpuTime(contender).minus(usedBefore);
    report.add(mostOf(contender.name()), figures.deliveries() / seconds, "/s");
    report.add(contender.name() + ", at most: p99", figures.p99Micros() / 1e3, "ms");
    addCost(contender.name() + ", at most", used, figures);
    load.awaitQuiet();
    addArrived(arrivedAtMostOf(contender.name()), arrivedBefore + load.deliveries(), published);
  }

  static String mostOf(String contender) {
    return contender + ", deliveries at most";
  }

  static String p99Of(String contender) {
    return contender + ", 16 events a second: p99";
  }

  static String arrivedAtMostOf(String contender) {
    return contender + ", at most: arrived";
  }

  static String arrivedOf(String contender) {
    return contender + ", 16 events a second: arrived";
  }

  /** At an even rate. */
  void even(Contender contender) {
    send(contender, WARM_UP);
    load.awaitQuiet();
    load.mark();
    Duration usedBefore = cpuTime(contender);
    long sent = send(contender, duration);
    load.awaitQuiet();
    LoadFigures figures = load.read();
    Duration used = cpuTime(contender).minus(usedBefore);
    report.add(p99Of(contender.name()), figures.p99Micros() / 1e3, "ms");
    report.add(contender.name() + ", 16 events a second: max", figures.maxMicros() / 1e3, "ms");
    addArrived(arrivedOf(contender.name()), figures.deliveries(), sent);
    addCost(contender.name() + ", 16 events a second", used, figures);
  }

  private static long send(Contender contender, Duration time) {
    return new Schedule(EVENTS_A_SECOND, 1).run(time, (number, stamp) -> contender.publish(stamp));
  }

  /** Answers how many it published. */
  private long saturate(Contender contender, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    long before = load.deliveries();
    long published = 0;
    while (System.nanoTime() < end) {
      if (published * connections - (load.deliveries() - before) < (long) WINDOW * connections) {
        contender.publish(Stamp.now(Clock.systemUTC()));
        published++;
      } else {
        Schedule.pause(POLL);
      }
    }
    return published;
  }

  private void addArrived(String name, long deliveries, long published) {
    report.add(name, 100.0 * deliveries / (published * connections), "%");
  }

  private void addCost(String what, Duration used, LoadFigures figures) {
    report.add(
        what + ": processor time of a delivery",
        used.toNanos() / 1e3 / Math.max(1, figures.deliveries()),
        "us");
  }

  private static Duration cpuTime(Contender contender) {
    return contender.pids().stream()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }
}
