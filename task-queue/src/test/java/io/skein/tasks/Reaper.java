package io.skein.tasks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A worker's reaper without its threads: what it finds to bury is buried when it returns. */
final class Reaper {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final StalledTaskReaper reaper;
  private final Burials burials;

  private Reaper(StalledTaskReaper reaper, Burials burials) {
    this.reaper = reaper;
    this.burials = burials;
  }

  static Reaper of(Servers servers, TaskHandler... handlers) {
    Map<String, TaskHandler> byType = new HashMap<>();
    for (TaskHandler handler : handlers) {
      byType.put(handler.type(), handler);
    }
    WorkerReports reports = new WorkerReports(WorkerListener.NONE);
    RedisHints hints = servers.queue.hints();
    Burials burials =
        new Burials(
            new FailedRuns(servers.database, byType, reports, FailedRuns.LONGEST_REACTION),
            hints,
            reports);
    return new Reaper(
        new StalledTaskReaper(
            servers.database, burials, hints, reports, Set.copyOf(byType.keySet()), LEASE),
        burials);
  }

  boolean reap() {
    boolean suspicion = reaper.reap();
    try {
      burials.pass();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return suspicion;
  }

  void forget() {
    reaper.forget();
  }
}
