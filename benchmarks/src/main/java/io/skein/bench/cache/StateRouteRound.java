package io.skein.bench.cache;

import io.skein.bench.BenchStack;
import io.skein.bench.Cores;
import io.skein.bench.Report;
import io.skein.bench.Target;
import io.skein.bench.load.RequestClient;
import io.skein.bench.load.RouteFigures;
import io.skein.local.stack.Program;
import io.skein.local.stack.StackSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The state of a flow from the cache; from PostgreSQL, by the route that never asks the cache and
 * answers the same; and an empty route behind the same doors. All in one instance, in turn. Not
 * thread safe.
 */
public final class StateRouteRound implements AutoCloseable {
  private static final int CONNECTIONS = 16;
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final double LEAST_SHARE = 0.85;
  private static final double MOST_P50 = 0.25;
  private static final double MOST_P99 = 0.5;

  private final BenchStack stack;
  private final Duration duration;
  private final Report report;
  private final RequestClient client;
  private final String flow;

  public StateRouteRound(BenchStack stack, Path folder, Duration duration, Report report) {
    this.stack = stack;
    this.duration = duration;
    this.report = report;
    this.flow = "/api/v1/flows/" + stack.createFlows(1).getFirst();
    this.client = RequestClient.start(folder);
    boolean pinned = client.takeCore() && Cores.SERVER.take(stack.api(1).pid());
    report.say(pinned ? "API and client have a core each" : "API and client share the cores");
  }

  /** What is measured. */
  private enum Route {
    CACHED("state from the cache"),
    POSTGRES("state from PostgreSQL"),
    EMPTY("empty route");

    private final String text;

    Route(String text) {
      this.text = text;
    }

    String path(String flow) {
      return switch (this) {
        case CACHED -> flow + "/state";
        case POSTGRES -> flow;
        case EMPTY -> ApiWithEmptyRouteMain.EMPTY;
      };
    }

    String figure(String what) {
      return text + ", " + what;
    }
  }

  /** One instance with an empty route; without limits, which would end the client at once. */
  public static StackSettings settings(StackSettings plain) {
    return plain
        .withProgramOf("api-1", Program.onThisClassPath(ApiWithEmptyRouteMain.class.getName()))
        .withEnvironment("SKEIN_LIMIT_USER", "off")
        .withEnvironment("SKEIN_LIMIT_WATCHING", "off")
        .withEnvironment("SKEIN_LIMIT_ADDRESS", "off");
  }

  public void warmUp() {
    for (Route route : Route.values()) {
      get(route, WARM_UP);
    }
  }

  public void run() {
    for (Route route : Route.values()) {
      RouteFigures figures = get(route, duration);
      report.add(route.figure("answers"), figures.aSecond(), "/s");
      report.add(route.figure("p50"), figures.p50Micros() / 1e3, "ms");
      report.add(route.figure("p99"), figures.p99Micros() / 1e3, "ms");
    }
  }

  public Target target() {
    double share = ratio("answers", Route.EMPTY);
    double p50 = ratio("p50", Route.POSTGRES);
    double p99 = ratio("p99", Route.POSTGRES);
    return new Target(
        "T9",
        "%sx-empty p50 %sx-postgres p99 %sx-postgres"
            .formatted(Report.number(share), Report.number(p50), Report.number(p99)),
        ">=0.85x-empty p50 <=0.25x-postgres p99 <=0.5x-postgres",
        share >= LEAST_SHARE && p50 <= MOST_P50 && p99 <= MOST_P99);
  }

  private double ratio(String what, Route to) {
    return report.median(Route.CACHED.figure(what)) / report.median(to.figure(what));
  }

  private RouteFigures get(Route route, Duration time) {
    String token = stack.tokens().getFirst();
    return client.get(stack.api(1).url().getPort(), route.path(flow), token, CONNECTIONS, time);
  }

  @Override
  public void close() {
    client.close();
  }
}
