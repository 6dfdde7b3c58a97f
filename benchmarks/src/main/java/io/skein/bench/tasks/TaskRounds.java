package io.skein.bench.tasks;

import io.skein.bench.BenchServers;
import io.skein.bench.Report;
import io.skein.bench.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Skein and its rivals, in turn. All run all the time; only one has work. Not thread safe. */
public final class TaskRounds implements AutoCloseable {
  private final Set<String> only;
  private final SkeinContender skein;
  private final List<ScriptContender> rivals = new ArrayList<>();
  private final ThroughputRound throughput;
  private final BulkRound bulk;
  private final PickUpRound pickUp;

  /**
   * What to measure.
   *
   * @param only T1, T2, T3
   * @param alone without the rivals
   * @param tasks of each contender and round
   * @param slots tasks at once in Skein's worker
   * @param workerJvm further JVM options of Skein's worker
   */
  public record Scope(
      Set<String> only, boolean alone, int tasks, int slots, List<String> workerJvm) {
    /** Copies what it is given. */
    public Scope {
      only = Set.copyOf(only);
      workerJvm = List.copyOf(workerJvm);
    }
  }

  /**
   * Starts the worker and the rivals.
   *
   * @param installed holds what the rivals need, and keeps it
   * @param logs of all processes
   */
  public TaskRounds(BenchServers servers, Scope scope, Path installed, Path logs, Report report) {
    this.only = scope.only();
    this.skein = SkeinContender.start(servers, scope.slots(), scope.workerJvm(), logs);
    Rivals all = new Rivals(servers, installed, logs, report::say);
    if (!scope.alone() && (only.contains("T1") || only.contains("T2"))) {
      rivals.addAll(all.node());
    }
    if (!scope.alone() && only.contains("T1")) {
      all.celery().ifPresent(rivals::add);
    }
    this.throughput = new ThroughputRound(servers, skein, rivals, scope.tasks(), report);
    this.bulk =
        new BulkRound(
            skein,
            rivals.stream().filter(rival -> rival.name().equals(Rivals.GRAPHILE)).findFirst(),
            scope.tasks(),
            report);
    this.pickUp = new PickUpRound(skein, servers.redis(), report);
  }

  /** Once before the rounds. */
  public void warmUp() {
    if (only.contains("T1")) {
      throughput.warmUp();
    }
    if (only.contains("T2")) {
      bulk.warmUp();
    }
    if (only.contains("T3")) {
      pickUp.warmUp();
    }
  }

  /** A round of everything that needs Redis. */
  public void run() {
    if (only.contains("T1")) {
      throughput.run();
    }
    if (only.contains("T2")) {
      bulk.run();
    }
    if (only.contains("T3")) {
      pickUp.run();
    }
  }

  /** Ends the rivals, which do not live without Redis, and takes it away so many times. */
  public void runWithoutRedis(int rounds) {
    closeRivals();
    for (int round = 0; round < rounds && only.contains("T3"); round++) {
      pickUp.runWithoutRedis();
    }
  }

  /** One for each that was measured. */
  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    if (only.contains("T1")) {
      targets.add(throughput.target());
    }
    if (only.contains("T2")) {
      targets.add(bulk.target());
    }
    if (only.contains("T3")) {
      targets.add(pickUp.target());
    }
    return targets;
  }

  @Override
  public void close() {
    closeRivals();
    skein.close();
  }

  private void closeRivals() {
    rivals.forEach(Contender::close);
    rivals.clear();
  }
}
