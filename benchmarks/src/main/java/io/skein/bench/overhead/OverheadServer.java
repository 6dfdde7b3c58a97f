package io.skein.bench.overhead;

import io.skein.bench.BenchProcess;
import io.skein.bench.Cores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The other end of the process of the three instances. Not thread safe. */
public final class OverheadServer implements AutoCloseable {
  private final BenchProcess process;
  private final Writer orders;
  private final BufferedReader answers;
  private final double[] ports;

  private OverheadServer(BenchProcess process) {
    this.process = process;
    this.orders = process.input();
    this.answers = process.output();
    this.ports = numbers();
  }

  /**
   * Starts the instances on the servers' core.
   *
   * @param arguments PostgreSQL, Redis, the file of the secret
   */
  public static OverheadServer start(List<String> jvmOptions, List<String> arguments, Path folder) {
    OverheadServer server =
        new OverheadServer(
            BenchProcess.java(
                "overhead",
                "io.skein.bench.overhead.OverheadServerMain",
                jvmOptions,
                arguments,
                folder));
    Cores.SERVER.take(server.process.pid());
    return server;
  }

  int measuredPort() {
    return (int) ports[0];
  }

  int plainPort() {
    return (int) ports[1];
  }

  int controlPort() {
    return (int) ports[2];
  }

  /** Nanoseconds of processor time: of the process, and of the threads that write series. */
  double[] cpu() {
    return ask("cpu");
  }

  /** Nanoseconds of a look at a gate, and of an empty call through its breaker. */
  double[] gates() {
    return ask("gates");
  }

  private double[] ask(String order) {
    try {
      orders.write(order + "\n");
      orders.flush();
      return numbers();
    } catch (IOException e) {
      throw new UncheckedIOException("the instances do not listen; see " + process.log(), e);
    }
  }

  /** The next line of numbers; what a logger writes before them is passed over. */
  private double[] numbers() {
    try {
      String line = answers.readLine();
      while (line != null && !line.matches("[0-9.E]+( [0-9.E]+)+")) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("the instances ended; see " + process.log());
      }
      return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException("the instances do not answer; see " + process.log(), e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
