package io.skein.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The application behind {@code ./skein bench}. */
@Command(
    name = "skein bench",
    description = "Measures Skein against its rivals, in rounds on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      EventsCommand.class,
      SseCommand.class,
      TasksCommand.class,
      CacheCommand.class,
      LocksCommand.class,
      LimitsCommand.class,
      OverheadCommand.class,
      HelpCommand.class
    },
    footer = {"", "Exit codes: 0 all targets met, 1 one missed or failed, 2 wrong usage."})
public final class BenchCommand {
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchCommand()).execute(args));
  }
}
