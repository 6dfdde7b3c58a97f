package io.skein.local.stack;

import io.skein.testing.OrphanWatch;
import io.skein.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One API instance or worker. A process of its own session: Ctrl-C in the terminal does not reach
 * it. Keeps name, ports and environment over restarts. Thread-safe.
 */
public final class StackProcess {
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final int QUOTED_LINES = 15;

  private final String name;
  private final int port;
  private final int managementPort;
  private final Program program;
  private final Map<String, String> environment;
  private final Path log;
  private final OrphanWatch watch;
  private final HttpClient http;
  private volatile @Nullable Process process;

  StackProcess(
      String name,
      int port,
      int managementPort,
      Program program,
      Map<String, String> environment,
      Path log,
      OrphanWatch watch,
      HttpClient http) {
    this.name = name;
    this.port = port;
    this.managementPort = managementPort;
    this.program = program;
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.watch = watch;
    this.http = http;
  }

  /** {@code api-1}, {@code worker-2}. */
  public String name() {
    return name;
  }

  /** The HTTP API of an API instance; fails for a worker, which has none. */
  public URI url() {
    if (port == 0) {
      throw new IllegalStateException(name + " has no HTTP API");
    }
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Where {@code /livez}, {@code /readyz} and {@code /metrics} are. */
  public URI management() {
    return URI.create("http://127.0.0.1:" + managementPort);
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** The process id of the last start. */
  public long pid() {
    return started().pid();
  }

  /** Whether the process runs; a frozen one does. */
  public boolean isAlive() {
    Process current = process;
    return current != null && new ServerProcess(current.pid()).isAlive();
  }

  /** Starts the process and returns at once. */
  public synchronized StackProcess start() {
    if (isAlive()) {
      throw new IllegalStateException(name + " runs already, process " + pid());
    }
    Process last = process;
    if (last != null) {
      watch.drop(last.pid());
    }
    ProcessBuilder builder =
        new ProcessBuilder(OrphanWatch.ownSession(program.command().toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      Process fresh = builder.start();
      process = fresh;
      watch.add(fresh.pid());
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  /**
   * Waits until {@code /readyz} says yes, and fails with what the log says when it does not come to
   * that.
   */
  public StackProcess awaitReady() {
    long deadline = System.nanoTime() + READY_LIMIT.toNanos();
    while (!isReady()) {
      Process current = started();
      if (!current.isAlive()) {
        throw failure("ended while starting, with exit code " + current.exitValue());
      }
      if (System.nanoTime() > deadline) {
        throw failure("was not ready within " + READY_LIMIT.toSeconds() + " s");
      }
      pause();
    }
    return this;
  }

  /** Whether {@code /readyz} answers 200 now. */
  public boolean isReady() {
    return isAlive() && Readiness.of(http, management());
  }

  /** SIGTERM, and SIGKILL when the process does not end in order within 40 s. */
  public void stop() {
    requestStop();
    awaitStop();
  }

  void requestStop() {
    if (isAlive()) {
      ServerProcess server = new ServerProcess(pid());
      server.signal("TERM");
      server.signal("CONT");
    }
  }

  synchronized void awaitStop() {
    Process current = process;
    if (current == null) {
      return;
    }
    ServerProcess server = new ServerProcess(current.pid());
    if (!server.endsWithin(STOP_LIMIT)) {
      server.kill();
    }
    watch.drop(current.pid());
  }

  /** SIGKILL, and waits for the end. */
  public void kill() {
    new ServerProcess(pid()).kill();
    watch.drop(pid());
  }

  /** In order: {@link #stop}, {@link #start}, {@link #awaitReady}. */
  public void restart() {
    stop();
    start().awaitReady();
  }

  /** SIGSTOP: the process keeps its connections and answers nobody. */
  public void freeze() {
    new ServerProcess(pid()).freeze();
  }

  /** SIGCONT after {@link #freeze}. */
  public void thaw() {
    new ServerProcess(pid()).thaw();
  }

  int exitCode() {
    return started().exitValue();
  }

  StackState.Member state() {
    return new StackState.Member(
        name,
        port == 0 ? null : url().toString(),
        management().toString(),
        isAlive() ? ProcessRecord.of(pid()) : null);
  }

  private Process started() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return current;
  }

  private StackFailure failure(String what) {
    return new StackFailure(
        "%s %s; %s ends with:%s".formatted(name, what, log, LogTail.quote(log, QUOTED_LINES)));
  }

  private void pause() {
    try {
      Thread.sleep(Duration.ofMillis(50));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackFailure("interrupted while " + name + " was starting", e);
    }
  }
}
