package io.skein.local;

import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackDirectory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ends the stack of a directory, however it was started and whatever is left of it. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Ends the stack in order; its data stays. Nothing to end is no error.")
final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private StackLocation location;

  @Override
  public Integer call() {
    StackDirectory directory = location.directory();
    String said =
        switch (RunningStack.end(directory)) {
          case IN_ORDER -> "stopped";
          case LEFTOVERS_ENDED -> "the stack had been killed; ended the processes it had left";
          case NOTHING_RAN -> "no stack runs in " + directory.path();
        };
    command.commandLine().getOut().println(said);
    return 0;
  }
}
