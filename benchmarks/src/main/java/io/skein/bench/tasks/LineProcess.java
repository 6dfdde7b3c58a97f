package io.skein.bench.tasks;

import io.skein.bench.BenchProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process that says when it is ready, and answers each line with a line. Not thread safe. */
final class LineProcess implements AutoCloseable {
  private static final int LIMIT_SECONDS = 300;

  private final String name;
  private final BenchProcess process;

  private LineProcess(String name, BenchProcess process) {
    this.name = name;
    this.process = process;
  }

  /** Returns when the process is ready. */
  static LineProcess of(String name, BenchProcess process) {
    LineProcess lines = new LineProcess(name, process);
    try {
      lines.read();
      return lines;
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  long pid() {
    return process.pid();
  }

  /** Sends an order and waits for the answer, at most five minutes. */
  String order(String line) {
    try {
      process.input().write(line + "\n");
      process.input().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " takes no orders; see " + process.log(), e);
    }
    return read();
  }

  @Override
  public void close() {
    process.close();
  }

  private String read() {
    try {
      return CompletableFuture.supplyAsync(this::readLine).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException(name + " did not answer; see " + process.log(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
  }

  private String readLine() {
    try {
      String line = process.output().readLine();
      while (line != null && line.startsWith("[")) {
        line = process.output().readLine(); // the log of a JVM, as when it records a profile
      }
      if (line == null) {
        throw new IllegalStateException(name + " has ended; see " + process.log());
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
