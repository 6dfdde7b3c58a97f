package io.skein.bench.overhead;

import io.skein.bench.BenchStack;
import io.skein.bench.Report;
import io.skein.bench.Target;
import io.skein.bench.load.RequestClient;
import io.skein.bench.load.RouteFigures;
import java.time.Duration;

/**
 * Cached states asked of an instance that measures itself and of one that does not, by turns of a
 * second: what disturbs the machine disturbs both.
 */
public final class OverheadRound {
  private static final int CONNECTIONS = 16;
  private static final int WARM_UP_TURNS = 8;
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final double MOST_PERCENT = 3;

  /** Looks at gates and calls through breakers of one request: cache and rate limit. */
  private static final int LOOKS = 3;

  private static final int CALLS = 2;

  private static final String MEASURED = "cached states a second, telemetry on";
  private static final String PLAIN = "cached states a second, telemetry off";
  private static final String CPU = "processor time of a request, telemetry off";
  private static final String TIMING = "throughput that telemetry takes";
  private static final String WRITING = "processor time of writing series, of one core";
  private static final String GATES = "throughput that flags and breakers take (computed)";
  private static final String TOGETHER = "throughput that all take together";

  private final OverheadServer server;
  private final RequestClient client;
  private final int turns;
  private final Report report;
  private final String path;
  private final String token;

  /**
   * @param duration of a round, both instances together
   */
  public OverheadRound(
      BenchStack stack,
      OverheadServer server,
      RequestClient client,
      Duration duration,
      Report report) {
    this.server = server;
    this.client = client;
    this.turns = Math.max(2, (int) duration.dividedBy(TURN) / 2);
    this.report = report;
    this.path = "/api/v1/flows/" + stack.createFlows(1).getFirst() + "/state";
    this.token = stack.tokens().getFirst();
  }

  /** Until the code is compiled. */
  public void warmUp() {
    for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
      turn(server.measuredPort());
      turn(server.plainPort());
    }
  }

  public void run() {
    Sum measured = new Sum();
    Sum plain = new Sum();
    double[] begin = server.cpu();
    long wall = System.nanoTime();
    double cpuOfPlain = 0;
    for (int turn = 0; turn < turns; turn++) {
      if (turn % 2 == 0) {
        measured.add(turn(server.measuredPort()));
      }
      double[] before = server.cpu();
      plain.add(turn(server.plainPort()));
      cpuOfPlain += server.cpu()[0] - before[0];
      if (turn % 2 == 1) {
        measured.add(turn(server.measuredPort()));
      }
    }
    double[] end = server.cpu();
    double seconds = (System.nanoTime() - wall) / 1e9;
    double nanosOfRequest = cpuOfPlain / plain.requests;
    double[] gates = server.gates();
    double timing = 100 * (1 - measured.perSecond() / plain.perSecond());
    double writing = 100 * (end[1] - begin[1]) / 1e9 / seconds;
    double asking = 100 * (LOOKS * gates[0] + CALLS * gates[1]) / nanosOfRequest;
    report.add(MEASURED, measured.perSecond(), "1/s");
    report.add(PLAIN, plain.perSecond(), "1/s");
    report.add(CPU, nanosOfRequest / 1e3, "µs");
    report.add(TIMING, timing, "%");
    report.add(WRITING, writing, "%");
    report.add("a look at a gate", gates[0], "ns");
    report.add("an empty call through a breaker", gates[1], "ns");
    report.add(GATES, asking, "%");
    report.add(TOGETHER, timing + writing + asking, "%");
  }

  public Target target() {
    double all = report.median(TOGETHER);
    return new Target(
        "T13",
        "%s%% of throughput".formatted(Report.number(all)),
        "≤ 3% of throughput",
        all <= MOST_PERCENT);
  }

  private RouteFigures turn(int port) {
    return client.get(port, path, token, CONNECTIONS, TURN);
  }

  /** Turns of one instance. */
  private static final class Sum {
    private long requests;
    private long nanos;

    void add(RouteFigures figures) {
      requests += figures.answers();
      nanos += figures.nanos();
    }

    double perSecond() {
      return requests * 1e9 / nanos;
    }
  }
}
