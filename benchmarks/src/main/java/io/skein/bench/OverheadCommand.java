package io.skein.bench;

import io.skein.bench.load.RequestClient;
import io.skein.bench.overhead.OverheadRound;
import io.skein.bench.overhead.OverheadServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What it costs to measure. */
@Command(
    name = "overhead",
    mixinStandardHelpOptions = true,
    description = "T13: what telemetry, flags and breakers take of the throughput.")
final class OverheadCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    try (BenchFolder folder = BenchFolder.create()) {
      Path below = folder.below("stack");
      try (BenchStack stack = BenchStack.start(below, 1, 4, options.apiJvm());
          OverheadServer server =
              OverheadServer.start(
                  options.apiJvm(),
                  List.of(
                      stack.databaseUrl(), stack.redisUrl(), below.resolve("secret").toString()),
                  folder.path());
          RequestClient client = RequestClient.start(folder.path())) {
        report.say(
            client.takeCore()
                ? "API and client have a core each"
                : "API and client share the cores");
        OverheadRound overhead =
            new OverheadRound(stack, server, client, Duration.ofSeconds(options.seconds()), report);
        report.say("warming up");
        overhead.warmUp();
        report.rounds(options.rounds(), overhead::run);
        report.target(overhead.target());
      }
    }
    return report.finish("overhead", Clock.systemUTC(), options.json());
  }
}
