package io.skein.bench;

import io.skein.bench.limits.LimitRounds;
import io.skein.bench.limits.LimitServer;
import io.skein.testing.EmbeddedRedis;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Rate limits: what a check costs. */
@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = "T12: checks of a rate limit, against a bare script call and Bucket4j.")
final class LimitsCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Option(
      names = "--redis",
      paramLabel = "PERSISTENCE",
      defaultValue = "APPEND_ONLY_FILE",
      description = "what Redis keeps: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private EmbeddedRedis.Persistence persistence;

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    Duration duration = Duration.ofSeconds(options.seconds());
    try (BenchFolder folder = BenchFolder.create();
        LimitServer server = LimitServer.start(folder, persistence);
        LimitRounds rounds = new LimitRounds(server, duration, report)) {
      report.say("warming up");
      rounds.warmUp();
      report.rounds(options.rounds(), rounds::run);
      report.target(rounds.target());
    }
    return report.finish("limits", Clock.systemUTC(), options.json());
  }
}
