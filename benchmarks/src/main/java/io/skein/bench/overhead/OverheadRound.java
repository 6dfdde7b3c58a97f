package io.skein.bench.overhead;

import io.skein.bench.BenchStack;
import io.skein.bench.Report;
import io.skein.bench.Target;
import io.skein.bench.load.RequestClient;
import io.skein.bench.load.RouteFigures;
import java.time.Duration;
import java.util.List;

/**
 * Cached states asked of an instance that measures itself and of two that do not, by turns of a
 * second: what disturbs the machine disturbs all. The two that are alike say how much of a
 * difference means nothing. Compared is the processor time of a request, since others take the
 * processor from the one or the other instance; a full core has as much less throughput.
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
  private static final String ALIKE = "difference of two instances that are alike";
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
   * @param duration of a round, all instances together
   */
  public OverheadRound(
      BenchStack stack,
      OverheadServer server,
      RequestClient client,
      Duration duration,
      Report report) {
    this.server = server;
    this.client = client;
    this.turns = Math.max(2, (int) duration.dividedBy(TURN) / 3);
    this.report = report;
    this.path = "/api/v1/flows/" + stack.createFlows(1).getFirst() + "/state";
    this.token = stack.tokens().getFirst();
  }

  /** Until the code is compiled. */
  public void warmUp() {
    for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
      ports().forEach(this::turn);
    }
  }

  public void run() {
    List<Sum> sums = List.of(new Sum(), new Sum(), new Sum());
    double[] begin = server.cpu();
    long wall = System.nanoTime();
    for (int turn = 0; turn < turns; turn++) {
      for (int i = 0; i < sums.size(); i++) {
        int instance = (turn + i) % sums.size(); // none is always first
        double before = server.cpu()[0];
        RouteFigures figures = turn(ports().get(instance));
        sums.get(instance).add(figures, server.cpu()[0] - before);
      }
    }
    double[] end = server.cpu();
    double seconds = (System.nanoTime() - wall) / 1e9;
    Sum measured = sums.get(0);
    Sum plain = sums.get(1);
    double[] gates = server.gates();
    double timing = 100 * (1 - plain.cpuOfRequest() / measured.cpuOfRequest());
    double writing = 100 * (end[1] - begin[1]) / 1e9 / seconds;
    double asking = 100 * (LOOKS * gates[0] + CALLS * gates[1]) / plain.cpuOfRequest();
    report.add(MEASURED, measured.perSecond(), "1/s");
    report.add(PLAIN, plain.perSecond(), "1/s");
    report.add(CPU, plain.cpuOfRequest() / 1e3, "µs");
    report.add(TIMING, timing, "%");
    report.add(ALIKE, 100 * (1 - plain.cpuOfRequest() / sums.get(2).cpuOfRequest()), "%");
    report.add(WRITING, writing, "%");
    report.add("a look at a gate", gates[0], "ns");
    report.add("an empty call through a breaker", gates[1], "ns");
    report.add(GATES, asking, "%");
    report.add(TOGETHER, timing + writing + asking, "%");
  }

  private List<Integer> ports() {
    return List.of(server.measuredPort(), server.plainPort(), server.controlPort());
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
    private double cpu;

    void add(RouteFigures figures, double cpuNanos) {
      requests += figures.answers();
      nanos += figures.nanos();
      cpu += cpuNanos;
    }

    double perSecond() {
      return requests * 1e9 / nanos;
    }

    double cpuOfRequest() {
      return cpu / requests;
    }
  }
}
