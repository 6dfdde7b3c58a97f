package io.skein.bench.sse;

import io.skein.bench.BenchStack;
import io.skein.bench.Cores;
import io.skein.bench.Report;
import io.skein.bench.Target;
import io.skein.bench.load.LoadGenerator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Skein, its rivals and the ceiling of the load generator, in turn. The servers run all the time;
 * only one has clients. Not thread safe.
 */
public final class SseRounds implements AutoCloseable {
  private static final String JAVALIN = "Javalin's SseClient";
  private static final String NCHAN = "Nchan";
  private static final String CEILING = "load generator's ceiling";
  private static final int[] IDLE_STREAMS = {10_000, 18_000};
  private static final double MOST_P99_MILLIS = 100;
  private static final double TIMES_NCHAN = 2.4;
  private static final double TIMES_JAVALIN = 4;
  private static final double MOST_KIB = 11;
  private static final List<String> RIVAL = List.of("-Xmx1g");

  private final BenchStack stack;
  private final LoadGenerator load;
  private final Report report;
  private final FanOut fanOut;
  private final Contender skein;
  private final List<Contender> rivals = new ArrayList<>();

  /**
   * Starts the rivals.
   *
   * @param connections clients at once
   */
  public SseRounds(
      BenchStack stack,
      LoadGenerator load,
      int connections,
      Duration duration,
      Path folder,
      Report report) {
    this.stack = stack;
    this.load = load;
    this.report = report;
    this.fanOut = new FanOut(load, connections, duration, report);
    this.skein = new SkeinContender(stack);
    boolean pinned = Cores.CLIENT.take(load.pid()) && Cores.SERVER.take(stack.api(1).pid());
    report.say(pinned ? "servers on core 0, clients on core 1" : "the system places the processes");
    NchanServer.start(folder, report::say).ifPresent(rivals::add);
    rivals.add(HttpContender.java(JAVALIN, "io.skein.bench.sse.JavalinServerMain", RIVAL, folder));
    rivals.add(HttpContender.java(CEILING, "io.skein.bench.sse.DumbServerMain", RIVAL, folder));
  }

  /** A round of T7. */
  public void fanOut() {
    fanOut.open(skein);
    fanOut.even(skein);
    fanOut.most(skein);
    fanOut.close(skein);
    for (Contender rival : rivals) {
      fanOut.open(rival);
      if (rival.name().equals(CEILING)) {
        fanOut.even(rival); // what the load generator and the machine make of it by themselves
      }
      fanOut.most(rival);
      fanOut.close(rival);
    }
  }

  /** A round of T8, with an API process that has just started. */
  public void memory() {
    stack.api(1).restart();
    Cores.SERVER.take(stack.api(1).pid());
    ResidentMemory.measure(skein, stack.api(1), load, IDLE_STREAMS, report);
  }

  /** Met only when each client got each event once, in every round. */
  public Target fanOutTarget() {
    double most = report.median(FanOut.mostOf(SkeinContender.NAME));
    double p99 = report.median(FanOut.p99Of(SkeinContender.NAME));
    double timesJavalin = most / report.median(FanOut.mostOf(JAVALIN));
    boolean rivalled = rivals.stream().anyMatch(rival -> rival.name().equals(NCHAN));
    double arrived = arrived();
    double timesNchan = rivalled ? most / report.median(FanOut.mostOf(NCHAN)) : Double.NaN;
    return new Target(
        "T7",
        "p99=%sms most=%s/s %sx-Nchan %sx-Javalin arrived=%s"
            .formatted(
                Report.number(p99),
                Report.number(most),
                Report.number(timesNchan),
                Report.number(timesJavalin),
                Report.percent(arrived)),
        "p99<=100ms >=2.4x-Nchan >=4x-Javalin arrived=100%",
        p99 <= MOST_P99_MILLIS
            && timesNchan >= TIMES_NCHAN
            && timesJavalin >= TIMES_JAVALIN
            && arrived == 100);
  }

  /** Of the even rate and the most it can, the one further from all. */
  private double arrived() {
    double even = report.worst(FanOut.arrivedOf(SkeinContender.NAME), 100);
    double atMost = report.worst(FanOut.arrivedAtMostOf(SkeinContender.NAME), 100);
    return Math.abs(even - 100) > Math.abs(atMost - 100) ? even : atMost;
  }

  public Target memoryTarget() {
    double fewer = report.median(ResidentMemory.of(IDLE_STREAMS[0]));
    double more = report.median(ResidentMemory.of(IDLE_STREAMS[1]));
    return new Target(
        "T8",
        "%sKiB-at-10,000 %sKiB-at-18,000".formatted(Report.number(fewer), Report.number(more)),
        "<=11KiB",
        Math.max(fewer, more) <= MOST_KIB);
  }

  @Override
  public void close() {
    rivals.forEach(Contender::close);
  }
}
