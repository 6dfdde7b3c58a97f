package io.skein.bench;

import io.skein.bench.events.AppendRound;
import io.skein.bench.events.DeliveryRound;
import io.skein.bench.load.LoadGenerator;
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

/** Durable events: how many, and how soon a client has one. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = "T5 and T6: durable events a second, and from append to a client elsewhere.")
final class EventsCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private BenchOptions options;

  @Option(
      names = "--only",
      paramLabel = "TARGET",
      description = "one instead of both: ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.allOf(Part.class);

  /** What can be measured by itself. */
  private enum Part {
    T5,
    T6
  }

  @Override
  public Integer call() {
    Report report = new Report(command.commandLine().getOut(), new Machine());
    try (BenchFolder folder = BenchFolder.create();
        BenchStack stack =
            BenchStack.start(
                folder.below("stack"), 2, DeliveryRound.CONNECTIONS + 4, options.apiJvm());
        LoadGenerator load = LoadGenerator.start(folder.path())) {
      run(report, stack, load);
    }
    return report.finish("events", Clock.systemUTC(), options.json());
  }

  private void run(Report report, BenchStack stack, LoadGenerator load) {
    Duration duration = Duration.ofSeconds(options.seconds());
    AppendRound append = new AppendRound(stack, duration, report);
    DeliveryRound delivery = new DeliveryRound(stack, load, duration, report);
    report.say("warming up");
    if (only.contains(Part.T6)) {
      append.warmUp();
    }
    if (only.contains(Part.T5)) {
      delivery.warmUp();
    }
    report.rounds(
        options.rounds(),
        () -> {
          if (only.contains(Part.T6)) {
            append.run();
          }
          if (only.contains(Part.T5)) {
            delivery.run();
          }
        });
    if (only.contains(Part.T5)) {
      report.target(delivery.target());
    }
    if (only.contains(Part.T6)) {
      report.target(append.target());
    }
  }
}
