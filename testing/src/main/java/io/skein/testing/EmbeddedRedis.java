package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Redis 7.0 as a process of its own, outside the terminal's process group. Never evicts, never
 * writes snapshots; keeps an append-only file when told so. Listens on 127.0.0.1 only.
 */
public final class EmbeddedRedis implements RedisServer {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Settings settings;
  private final OrphanWatch watch;
  private @Nullable Process process;

  /** What survives a restart. */
  public enum Persistence {
    NONE,
    APPEND_ONLY_FILE
  }

  /**
   * @param directory holds the append-only file; kept over {@link #close}
   * @param log the server's output is added here
   * @param first arguments before all others: a configuration file, options of a cluster's node
   */
  public record Settings(
      Path directory, Path log, int port, Persistence persistence, List<String> first) {

    /** A server on its own. */
    public Settings(Path directory, Path log, int port, Persistence persistence) {
      this(directory, log, port, persistence, List.of());
    }
  }

  /** Prepares the server; {@link #start} starts it. The watch ends it when this JVM is killed. */
  public EmbeddedRedis(Settings settings, OrphanWatch watch) {
    this.settings = settings;
    this.watch = watch;
  }

  @Override
  public String url() {
    return "redis://127.0.0.1:" + settings.port();
  }

  /** Whether the server process runs. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  @Override
  public long pid() {
    if (process == null) {
      throw new IllegalStateException("Redis is not running: call start() first");
    }
    return process.pid();
  }

  @Override
  public void start() {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("Redis runs already, process " + process.pid());
    }
    forget();
    try {
      Files.createDirectories(settings.directory());
      Process started =
          new ProcessBuilder(OrphanWatch.ownSession(command().toArray(String[]::new)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(settings.log().toFile()))
              .start();
      watch.add(started.pid());
      process = started;
      awaitReady(started);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start Redis in " + settings.directory(), e);
    }
  }

  @Override
  public void stop() {
    if (process == null) {
      return;
    }
    ServerProcess server = new ServerProcess(process.pid());
    server.signal("TERM");
    if (!server.endsWithin(STOP_LIMIT)) {
      server.kill();
    }
    forget();
  }

  @Override
  public void kill() {
    new ServerProcess(pid()).kill();
    forget();
  }

  @Override
  public void restartEmpty() {
    if (process != null) {
      kill();
    }
    deleteAppendOnlyFile();
    start();
  }

  @Override
  public void freeze() {
    new ServerProcess(pid()).freeze();
  }

  @Override
  public void thaw() {
    new ServerProcess(pid()).thaw();
  }

  @Override
  public void flush() {
    RedisCommand.send(url(), "FLUSHALL");
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      new ServerProcess(process.pid()).thaw();
    }
    stop();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(ServerBinaries.redis().toString());
    command.addAll(settings.first());
    command.addAll(List.of("--port", String.valueOf(settings.port())));
    command.addAll(List.of("--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", settings.directory().toAbsolutePath().toString()));
    command.addAll(List.of("--save", ""));
    command.addAll(
        List.of(
            "--appendonly", settings.persistence() == Persistence.APPEND_ONLY_FILE ? "yes" : "no"));
    command.addAll(List.of("--maxmemory-policy", "noeviction"));
    return command;
  }

  private void awaitReady(Process started) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!RedisCommand.answers(url(), "PING")) {
      if (!started.isAlive()) {
        forget();
        throw new IllegalStateException("Redis ended while starting; see " + settings.log());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "Redis was not ready within " + START_LIMIT + "; see " + settings.log());
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private void forget() {
    if (process != null) {
      watch.drop(process.pid());
      process = null;
    }
  }

  private void deleteAppendOnlyFile() {
    Path directory = settings.directory().resolve("appendonlydir");
    if (Files.exists(directory)) {
      DirectoryTree.delete(directory);
    }
  }
}
