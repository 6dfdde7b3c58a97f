package io.skein.local;

import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackState;
import io.skein.local.stack.StackStatus;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** What runs, for people or for scripts. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows what runs. Exit code 1 when nothing does or something is not ready.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private StackLocation location;

  @Option(names = "--json", description = "one JSON object, with a token, for scripts")
  private boolean json;

  @Override
  public Integer call() {
    RunningStack running = location.requireRunning();
    StackStatus status =
        StackStatus.of(running.state(), TokenCommand.ofOwner(location.directory()));
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(JsonMapper.builder().build().writeValueAsString(status));
    } else {
      print(status, running.state(), out);
    }
    return allReady(status) ? 0 : 1;
  }

  private static void print(StackStatus status, StackState state, PrintWriter out) {
    status.api().forEach(a -> row(out, a.name(), a.pid(), condition(a.ready()), a.url()));
    status
        .workers()
        .forEach(w -> row(out, w.name(), w.pid(), condition(w.ready()), w.management()));
    StackState.Server redis = state.redis();
    row(out, "redis", status.redis().pid(), redis.condition(), redis.shownUrl());
    StackState.Server postgres = state.postgres();
    row(out, "postgres", status.postgres().pid(), postgres.condition(), postgres.shownUrl());
  }

  private static String condition(boolean ready) {
    return ready ? "ready" : "not ready";
  }

  private static void row(
      PrintWriter out, String name, @Nullable Long pid, String condition, String where) {
    out.printf("%-10s %-10s %-9s %s%n", name, pid == null ? "-" : "pid " + pid, condition, where);
  }

  private static boolean allReady(StackStatus status) {
    return Stream.concat(
            status.api().stream().map(StackStatus.Api::ready),
            status.workers().stream().map(StackStatus.Worker::ready))
        .allMatch(ready -> ready);
  }
}
