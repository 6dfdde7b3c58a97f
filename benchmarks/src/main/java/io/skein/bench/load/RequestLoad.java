package io.skein.bench.load;

import io.skein.bench.BenchProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The other end of the process of clients that ask and ask again. Not thread safe. */
public final class RequestLoad implements AutoCloseable {
  private final BenchProcess process;
  private final Writer orders;
  private final BufferedReader answers;
  private final Path folder;

  private RequestLoad(BenchProcess process, Path folder) {
    this.process = process;
    this.orders = process.input();
    this.answers = process.output();
    this.folder = folder;
  }

  /**
   * Starts the process.
   *
   * @param folder for its files
   */
  public static RequestLoad start(Path folder) {
    return new RequestLoad(
        BenchProcess.java(
            "request-load",
            "io.skein.bench.load.RequestLoadMain",
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            List.of(),
            folder),
        folder);
  }

  public long pid() {
    return process.pid();
  }

  /** Asks a port of 127.0.0.1 on so many connections for so long. */
  public RequestFigures run(int port, int connections, Duration time, Requests requests) {
    try {
      Path file = folder.resolve("requests");
      requests.write(file);
      orders.write("run %d %d %d %s%n".formatted(port, connections, time.toMillis(), file));
      orders.flush();
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("the clients ended; see " + process.log());
      }
      return RequestFigures.parse(line);
    } catch (IOException e) {
      throw new UncheckedIOException("the clients do not listen; see " + process.log(), e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
