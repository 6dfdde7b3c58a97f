package io.skein.bench;

import io.skein.bench.load.LoadGenerator;
import io.skein.bench.sse.SseRounds;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Streams of events: how many deliveries, how soon, and what an idle one costs. */
@Command(
    name = "sse",
    mixinStandardHelpOptions = true,
    description = "T7 and T8: deliveries to many clients of one flow; memory of idle streams.")
final class SseCommand implements Callable<Integer> {
  private static final int POOL = 8;

  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Option(
      names = "--connections",
      converter = AtLeastOne.class,
      paramLabel = "N",
      defaultValue = "10000",
      description = "clients of the flow (default: ${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--only",
      paramLabel = "TARGET",
      description = "one instead of both: ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.allOf(Part.class);

  /** What can be measured by itself. */
  private enum Part {
    T7,
    T8
  }

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    try (BenchFolder folder = BenchFolder.create();
        BenchStack stack = BenchStack.start(folder.below("stack"), 1, POOL, options.apiJvm());
        LoadGenerator load = LoadGenerator.start(folder.path());
        SseRounds rounds =
            new SseRounds(
                stack,
                load,
                connections,
                Duration.ofSeconds(options.seconds()),
                folder.path(),
                report)) {
      run(report, rounds);
    }
    return report.finish("sse", Clock.systemUTC(), options.json());
  }

  private void run(Report report, SseRounds rounds) {
    report.rounds(
        options.rounds(),
        () -> {
          if (only.contains(Part.T7)) {
            rounds.fanOut();
          }
          if (only.contains(Part.T8)) {
            rounds.memory();
          }
        });
    if (only.contains(Part.T7)) {
      report.target(rounds.fanOutTarget());
    }
    if (only.contains(Part.T8)) {
      report.target(rounds.memoryTarget());
    }
  }
}
