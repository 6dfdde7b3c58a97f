package io.skein.bench;

import io.skein.testing.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A process that ends with its standard input, so that none outlives the benchmark. */
public final class BenchProcess implements AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  private final Process process;
  private final Path log;

  private BenchProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts a main class of this class path. Its errors go to {@code NAME.log} in the folder. */
  public static BenchProcess java(
      String name, String mainClass, List<String> options, List<String> arguments, Path folder) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return start(name, command, folder);
  }

  /** Starts a command that ends when its standard input does. */
  public static BenchProcess start(String name, List<String> command, Path folder) {
    Path log = folder.resolve(name + ".log");
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new BenchProcess(started, log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  public long pid() {
    return process.pid();
  }

  /** The process and all below it. */
  public List<Long> pids() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(ProcessHandle::pid)
        .toList();
  }

  public Path log() {
    return log;
  }

  public Writer input() {
    return process.outputWriter(StandardCharsets.UTF_8);
  }

  public BufferedReader output() {
    return process.inputReader(StandardCharsets.UTF_8);
  }

  /** Closes its input, and ends it when that was not enough. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy(); // it has closed its end already
    }
    ServerProcess server = new ServerProcess(process.pid());
    if (!server.endsWithin(END_LIMIT)) {
      server.kill();
    }
  }
}
