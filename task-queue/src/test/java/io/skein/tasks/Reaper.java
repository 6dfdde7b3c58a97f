package io.skein.tasks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A worker's reaper without its threads: the poison that it finds is ended when it returns. */
final class Reaper {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final StalledTaskReaper reaper;
  private final PoisonEnds poisonEnds;

  private Reaper(StalledTaskReaper reaper, PoisonEnds poisonEnds) {
    this.reaper = reaper;
    this.poisonEnds = poisonEnds;
  }

  static Reaper of(Servers servers, TaskHandler... handlers) {
    Map<String, TaskHandler> byType = new HashMap<>();
    for (TaskHandler handler : handlers) {
      byType.put(handler.type(), handler);
    }
    WorkerReports reports = new WorkerReports(WorkerListener.NONE);
    RedisHints hints = servers.queue.hints();
    PoisonEnds poisonEnds =
        new PoisonEnds(
            new FailedRuns(servers.database, byType, reports, FailedRuns.LONGEST_REACTION),
            hints,
            reports);
    return new Reaper(
        new StalledTaskReaper(
            servers.database, poisonEnds, hints, reports, Set.copyOf(byType.keySet()), LEASE),
        poisonEnds);
  }

  boolean reap() {
    boolean suspicion = reaper.reap();
    try {
      poisonEnds.pass();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return suspicion;
  }

  void forget() {
    reaper.forget();
  }
}
