package io.skein.local;

import io.skein.local.demo.DemoFailure;
import io.skein.local.stack.StackFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParseResult;

/** The application behind the {@code skein} script. */
@Command(
    name = "skein",
    description = "Runs Skein on this machine: PostgreSQL, Redis, API instances and workers.",
    mixinStandardHelpOptions = true,
    version = "skein 0.1.0",
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      LogsCommand.class,
      TokenCommand.class,
      TestCommand.class,
      BenchCommand.class,
      HelpCommand.class
    },
    footer = {"", "Exit codes: 0 done, 1 failed or refused, 2 wrong usage."})
public final class SkeinCommand {

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new SkeinCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(SkeinCommand::explain);
  }

  /**
   * What the user can do something about is one message; everything else shows where it happened.
   */
  private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
    if (failure instanceof StackFailure || failure instanceof DemoFailure) {
      command.getErr().println("skein: " + failure.getMessage());
    } else {
      command.getErr().println("skein: unexpected failure, please report it");
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }
}
