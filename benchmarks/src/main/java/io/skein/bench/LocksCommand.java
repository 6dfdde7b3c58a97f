package io.skein.bench;

import io.skein.bench.locks.LockRounds;
import io.skein.bench.tasks.TaskServers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "rounds, the rivals in turn in each (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "seconds of each measurement of a round (default: ${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--contenders",
      paramLabel = "N",
      defaultValue = "64",
      description = "threads that want one lock (default: ${DEFAULT-VALUE})")
  private int contenders;

  @Option(names = "--json", paramLabel = "FILE", description = "writes every round there, too")
  private @Nullable Path json;

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    try (BenchFolder folder = BenchFolder.create();
        TaskServers servers = TaskServers.start(folder, List.of("postgres-core", "locks"));
        LockRounds all = new LockRounds(servers, contenders, Duration.ofSeconds(seconds), report)) {
      report.say("warming up");
      all.warmUp();
      for (int round = 1; round <= rounds; round++) {
        report.round(round, rounds);
        all.run();
      }
      report.target(all.target());
    }
    return report.finish("locks", Clock.systemUTC(), json);
  }
}
