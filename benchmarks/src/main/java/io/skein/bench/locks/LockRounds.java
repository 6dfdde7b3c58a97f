package io.skein.bench.locks;

import io.skein.bench.BenchServers;
import io.skein.bench.Report;
import io.skein.bench.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** T11: a lock that nobody else wants, and one that many want. Not thread safe. */
public final class LockRounds implements AutoCloseable {
  /** Of each contender: a hand-over goes to another client three times of four. */
  private static final int CLIENTS = 4;

  private static final double TIMES_REDISSON = 1.5;
  private static final double MOST_P99_MILLIS = 5;
  private static final double LEAST_TURNS = 0.5;
  private static final String SKEIN = "acquire and release, nobody else wants it, Skein";
  private static final String REDISSON = "acquire and release, nobody else wants it, RLock";
  private static final String FEWEST = "turns of the contender that had fewest, of the mean, ";

  private final List<SkeinContender> skein = new ArrayList<>();
  private final List<RedissonContender> redisson = new ArrayList<>();
  private final int contenders;
  private final Duration time;
  private final Report report;
  private int round;

  /**
   * @param contenders threads that want one lock
   * @param time of each measurement
   */
  public LockRounds(BenchServers servers, int contenders, Duration time, Report report) {
    this.contenders = contenders;
    this.time = time;
    this.report = report;
    for (int client = 0; client < CLIENTS; client++) {
      skein.add(new SkeinContender(servers));
      redisson.add(new RedissonContender(servers.redis().url()));
    }
  }

  /** Once before the rounds. */
  public void warmUp() {
    var unused = alone(skein.getFirst()) + alone(redisson.getFirst());
    var unusedToo = new HandOvers(skein, contenders).measure("warm", time);
    unusedToo = new HandOvers(redisson, contenders).measure("warm", time);
  }

  /** Skein and its rival, in turns, each first in every other round. */
  public void run() {
    round++;
    if (round % 2 == 1) {
      report.add(SKEIN, alone(skein.getFirst()), "/s");
      report.add(REDISSON, alone(redisson.getFirst()), "/s");
      contend("Skein", skein);
      contend("RLock", redisson);
    } else {
      report.add(REDISSON, alone(redisson.getFirst()), "/s");
      report.add(SKEIN, alone(skein.getFirst()), "/s");
      contend("RLock", redisson);
      contend("Skein", skein);
    }
    long fallbacks = skein.stream().mapToLong(SkeinContender::fallbacks).sum();
    if (fallbacks > 0) {
      report.say("  of Skein's leases so far PostgreSQL granted " + fallbacks);
    }
  }

  public Target target() {
    double times = report.median(SKEIN) / report.median(REDISSON);
    double p99 = report.median(handOver("Skein", 99));
    double fewest = report.median(FEWEST + "Skein");
    return new Target(
        "T11",
        "%sx-RLock hand-over-p99=%sms fewest-turns=%sx-mean"
            .formatted(Report.number(times), Report.number(p99), Report.number(fewest)),
        ">=1.5x-RLock p99<=5ms fewest>=0.5x-mean",
        times >= TIMES_REDISSON && p99 <= MOST_P99_MILLIS && fewest >= LEAST_TURNS);
  }

  /** How often a second one thread takes and gives back a lock of its own. */
  private double alone(LockContender client) {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long times = 0;
    try {
      for (; System.nanoTime() < end; times++) {
        client.lock("alone").unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
    return times * 1e9 / (System.nanoTime() - begin);
  }

  private void contend(String name, List<? extends LockContender> clients) {
    HandOvers.Figures figures = new HandOvers(clients, contenders).measure("one", time);
    report.add(handOver(name, 50), figures.micros().getValueAtPercentile(50) / 1e3, "ms");
    report.add(handOver(name, 99), figures.micros().getValueAtPercentile(99) / 1e3, "ms");
    report.add("turns of all contenders, " + name, figures.turns() * 1e9 / time.toNanos(), "/s");
    report.add(FEWEST + name, figures.leastTurns() / figures.meanTurns(), "");
    report.add("longest wait for a turn, " + name, figures.longestWait().toNanos() / 1e6, "ms");
  }

  private String handOver(String name, int percentile) {
    return "hand-over among %d, p%d, %s".formatted(contenders, percentile, name);
  }

  @Override
  public void close() {
    skein.forEach(LockContender::close);
    redisson.forEach(LockContender::close);
  }
}
