package io.skein.local;

import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackState;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a stack and stays with it, or leaves it in the background. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Starts PostgreSQL, Redis, API instances and workers and runs until Ctrl-C.",
      "What dies by itself is reported and started again.",
      "DATABASE_URL and REDIS_URL in the environment use servers that run already."
    })
final class UpCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec command;
  @Mixin private StackOptions options;

  @Option(names = "--detach", description = "leave the stack in the background once it is ready")
  private boolean detach;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    options.location().requireFree();
    if (detach) {
      print(out, BackgroundStack.start(options), options.location().command("down"));
      return 0;
    }
    return RunUntilShutdown.call(INTERRUPTED, shutdown -> runAttached(out, shutdown));
  }

  private int runAttached(PrintWriter out, RunUntilShutdown shutdown) {
    try (AttachedStack attached = AttachedStack.start(options.settings(), line -> say(out, line))) {
      RunningStack running = options.location().requireRunning();
      print(out, running, "Ctrl-C or " + options.location().command("down"));
      shutdown.exitCodeOnSignal(0);
      RunUntilShutdown.awaitSignal();
    }
    return 0;
  }

  private void print(PrintWriter out, RunningStack running, String ending) {
    StackState state = running.state();
    state.api().forEach(api -> say(out, "%-9s %s".formatted(api.name(), api.url())));
    state
        .workers()
        .forEach(w -> say(out, "%-9s management at %s".formatted(w.name(), w.management())));
    say(out, "redis     " + state.redis().shownUrl());
    say(out, "postgres  " + state.postgres().shownUrl());
    String token = options.location().command("token");
    say(out, "ready; a token: " + token + "; to end it: " + ending);
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
