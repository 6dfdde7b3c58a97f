package io.skein.local.outage;

import static org.awaitility.Awaitility.await;

import io.skein.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The skein command as a process, with what it says. */
final class SkeinProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Process process;
  private final Path output;

  private SkeinProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts {@code skein ARGUMENTS}.
   *
   * @param directory for the file with its output
   * @param environment added to the one of this JVM
   */
  static SkeinProcess start(Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dskein.home=" + directory, "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.skein.local.SkeinCommand");
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(directory, "skein-", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("DATABASE_URL", "REDIS_URL"));
    builder.environment().putAll(environment);
    return new SkeinProcess(builder.start(), output);
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + output, e);
    }
  }

  SkeinProcess awaitOutput(String text) {
    await(text)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> output().contains(text) || !process.isAlive());
    if (!output().contains(text)) {
      throw new AssertionError("ended without saying " + text + ", but:\n" + output());
    }
    return this;
  }

  void signal(String name) {
    new ServerProcess(process.pid()).signal(name);
  }

  /** Waits for its end. */
  int exitCode() {
    new ServerProcess(process.pid()).awaitEnd(PATIENCE);
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the end", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
