package io.skein.local;

import io.skein.local.stack.LogTail;
import io.skein.local.stack.StackDirectory;
import io.skein.local.stack.StackFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what the processes wrote. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Shows the end of the logs of all processes, or of one.")
final class LogsCommand implements Callable<Integer> {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  @Spec private CommandSpec command;
  @Mixin private StackLocation location;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "api-1, worker-2, redis, postgres, …")
  private @Nullable String name;

  @Option(
      names = {"-f", "--follow"},
      description = "go on with what is added, until Ctrl-C")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "100",
      description = "how many last lines of each log (default: ${DEFAULT-VALUE})")
  private int lines;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    List<LogFollower> logs = new ArrayList<>();
    for (String chosen : names()) {
      Path log = location.directory().log(chosen);
      String prefix = name == null ? "%-9s| ".formatted(chosen) : "";
      LogFollower follower = new LogFollower(log, line -> out.println(prefix + line));
      LogTail.lines(log, lines).forEach(line -> out.println(prefix + line));
      logs.add(follower);
    }
    out.flush();
    while (follow) {
      for (LogFollower log : logs) {
        log.printAdded();
      }
      out.flush();
      Thread.sleep(LOOK_INTERVAL);
    }
    return 0;
  }

  private List<String> names() {
    StackDirectory directory = location.directory();
    List<String> known = directory.logNames();
    if (known.isEmpty()) {
      throw new StackFailure("there are no logs in " + directory.path() + " yet");
    }
    if (name == null) {
      return known;
    }
    if (!Files.exists(directory.log(name))) {
      throw new StackFailure("no log of " + name + "; there are " + String.join(", ", known));
    }
    return List.of(name);
  }
}
