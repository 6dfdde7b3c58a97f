package io.skein.api.metrics;

import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times every request, by its route and the class of its status. Streams are not requests that end,
 * and a claim waits for a task on purpose: they have a name of their own, so that nobody takes
 * their time for slowness. Thread safe.
 */
public final class RequestMeters {
  private static final double NANOS_OF_A_MILLI = 1e6;
  private static final int CLASSES = 6;
  private static final Duration[] BOUNDS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private static final String API = "/api/";

  /** Of all files of the page together: each by itself would take a value of the tag. */
  private static final String PAGE = "page";

  /** Routes whose answer comes when something happens. */
  private static final Set<String> WAITING =
      Set.of(
          "/api/v1/flows/{flow}/events/stream", "/api/v1/events/stream", "/api/v1/workers/claims");

  private final MeterRegistry registry;
  private final Map<Endpoint, Timers> timers = new ConcurrentHashMap<>();
  private final Timers unrouted;

  public RequestMeters(MeterRegistry registry) {
    this.registry = registry;
    this.unrouted = new Timers("-", "none");
  }

  /** Counts a request that was answered after so many milliseconds. */
  public void record(Context context, float millis) {
    @Nullable Endpoint endpoint = context.endpoints().lastHttpEndpoint();
    (endpoint == null ? unrouted : timersOf(endpoint))
        .of(context.statusCode())
        .record(Math.round(millis * NANOS_OF_A_MILLI), TimeUnit.NANOSECONDS);
  }

  /** Looked up before it is made: making takes a lock, also when there is nothing to make. */
  private Timers timersOf(Endpoint endpoint) {
    Timers there = timers.get(endpoint);
    return there != null ? there : timers.computeIfAbsent(endpoint, this::of);
  }

  private Timers of(Endpoint endpoint) {
    return new Timers(endpoint.method.name(), endpoint.path.startsWith(API) ? endpoint.path : PAGE);
  }

  /** Of one route, made when they are needed first. */
  private final class Timers {
    private final String method;
    private final String route;
    private final @Nullable Timer[] byClass = new Timer[CLASSES];

    Timers(String method, String route) {
      this.method = method;
      this.route = route;
    }

    Timer of(int status) {
      int hundred = Math.clamp(status / 100, 0, CLASSES - 1);
      Timer there = byClass[hundred];
      if (there == null) {
        there = timer(hundred + "xx");
        byClass[hundred] = there;
      }
      return there;
    }

    private Timer timer(String status) {
      String name = WAITING.contains(route) ? "skein.http.waiting" : "skein.http.requests";
      return Timer.builder(name)
          .description("time to answer")
          .tag("method", method)
          .tag("route", route)
          .tag("status", status)
          .serviceLevelObjectives(BOUNDS)
          .register(registry);
    }
  }
}
