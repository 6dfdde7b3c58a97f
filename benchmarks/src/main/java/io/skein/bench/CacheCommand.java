package io.skein.bench;

import io.skein.bench.cache.LibraryRound;
import io.skein.bench.cache.StateRouteRound;
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

/** The state of a flow: how fast it comes from the cache. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = "T9: the state of a flow, cached, against PostgreSQL and an empty route.")
final class CacheCommand implements Callable<Integer> {
  /** A read needs none; for the flow that is made. */
  private static final int CONNECTIONS = 2;

  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Option(
      names = "--only",
      paramLabel = "PART",
      description = "one instead of both: ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.allOf(Part.class);

  /** What can be measured by itself. */
  private enum Part {
    T9,
    LIBRARY
  }

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    try (BenchFolder folder = BenchFolder.create();
        BenchStack stack =
            BenchStack.start(
                folder.below("stack"),
                1,
                CONNECTIONS,
                options.apiJvm(),
                StateRouteRound::settings)) {
      run(report, stack, folder);
    }
    return report.finish("cache", Clock.systemUTC(), options.json());
  }

  private void run(Report report, BenchStack stack, BenchFolder folder) {
    Duration duration = Duration.ofSeconds(options.seconds());
    try (StateRouteRound routes = new StateRouteRound(stack, folder.path(), duration, report);
        LibraryRound library = new LibraryRound(stack, duration, report)) {
      report.say("warming up");
      if (only.contains(Part.T9)) {
        routes.warmUp();
      }
      if (only.contains(Part.LIBRARY)) {
        library.warmUp();
      }
      report.rounds(
          options.rounds(),
          () -> {
            if (only.contains(Part.T9)) {
              routes.run();
            }
            if (only.contains(Part.LIBRARY)) {
              library.run();
            }
          });
      if (only.contains(Part.T9)) {
        report.target(routes.target());
      }
    }
  }
}
