package io.skein.local;

import io.skein.local.stack.LogTail;
import io.skein.local.stack.RunningStack;
import io.skein.local.stack.StackDirectory;
import io.skein.local.stack.StackFailure;
import io.skein.testing.OrphanWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts {@code skein up} as a process in the background and waits until its stack is ready. */
final class BackgroundStack {
  private static final String NAME = "stack";
  private static final int QUOTED_LINES = 30;

  private BackgroundStack() {}

  static RunningStack start(StackOptions options) {
    StackDirectory directory = options.location().directory();
    try {
      Path log = directory.log(NAME);
      Files.createDirectories(log.getParent());
      Process supervisor =
          new ProcessBuilder(OrphanWatch.ownSession(command(options).toArray(String[]::new)))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      supervisor.getOutputStream().close();
      return awaitReady(directory, supervisor);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the stack in the background", e);
    }
  }

  private static RunningStack awaitReady(StackDirectory directory, Process supervisor) {
    while (true) {
      var running =
          RunningStack.in(directory)
              .filter(stack -> stack.state().ready())
              .filter(stack -> stack.state().supervisor().pid() == supervisor.pid());
      if (running.isPresent()) {
        return running.get();
      }
      if (!supervisor.isAlive()) {
        List<String> lines = LogTail.lines(directory.log(NAME), QUOTED_LINES);
        throw new StackFailure("the stack did not start:\n  " + String.join("\n  ", lines));
      }
      pause(supervisor);
    }
  }

  private static void pause(Process supervisor) {
    try {
      Thread.sleep(Duration.ofMillis(50));
    } catch (InterruptedException e) {
      supervisor.destroy();
      Thread.currentThread().interrupt();
      throw new StackFailure("interrupted while the stack was starting", e);
    }
  }

  private static List<String> command(StackOptions options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dskein.home=" + StackLocation.home());
    command.add("-Dlogback.configurationFile=io/skein/local/logback.xml");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SkeinCommand.class.getName());
    command.add("up");
    command.addAll(options.asArguments());
    return command;
  }
}
