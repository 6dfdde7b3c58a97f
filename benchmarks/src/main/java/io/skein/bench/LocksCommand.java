package io.skein.bench;

import io.skein.bench.locks.LockRounds;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Locks: how often a second, and how soon the next one has a lock that many want. */
@Command(
    name = "locks",
    mixinStandardHelpOptions = true,
    description = "T11: acquire and release a second, and hand-overs among many.")
final class LocksCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Option(
      names = "--contenders",
      paramLabel = "N",
      defaultValue = "64",
      description = "threads that want one lock (default: ${DEFAULT-VALUE})")
  private int contenders;

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    Duration duration = Duration.ofSeconds(options.seconds());
    try (BenchFolder folder = BenchFolder.create();
        BenchServers servers = BenchServers.start(folder, List.of("postgres-core", "locks"));
        LockRounds all = new LockRounds(servers, contenders, duration, report)) {
      report.say("warming up");
      all.warmUp();
      for (int round = 1; round <= options.rounds(); round++) {
        report.round(round, options.rounds());
        all.run();
      }
      report.target(all.target());
    }
    return report.finish("locks", Clock.systemUTC(), options.json());
  }
}
