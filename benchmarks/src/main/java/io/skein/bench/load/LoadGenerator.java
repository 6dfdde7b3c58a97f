package io.skein.bench.load;

import io.skein.bench.BenchProcess;
import io.skein.bench.Schedule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The other end of the load generator's process. Not thread safe. */
public final class LoadGenerator implements AutoCloseable {
  private static final int ATTEMPTS = 10;
  private static final Duration QUIET = Duration.ofSeconds(3);

  private final BenchProcess process;
  private final Writer orders;
  private final BufferedReader answers;
  private final Path folder;
  private final SharedCount deliveries;

  private LoadGenerator(BenchProcess process, Path folder, SharedCount deliveries) {
    this.process = process;
    this.deliveries = deliveries;
    this.orders = process.input();
    this.answers = process.output();
    this.folder = folder;
  }

  /**
   * Starts the process.
   *
   * @param folder for its files
   */
  public static LoadGenerator start(Path folder) {
    Path count = folder.resolve("deliveries");
    BenchProcess process =
        BenchProcess.java(
            "load-generator",
            "io.skein.bench.load.LoadGeneratorMain",
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            List.of(count.toString()),
            folder);
    return new LoadGenerator(process, folder, new SharedCount(count));
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Opens streams at a port of 127.0.0.1; returns when all are open. A stream that a busy server
   * refuses is tried again, as a browser would.
   *
   * @throws IllegalStateException when some are still refused
   */
  public void open(int count, int port, Requests requests) {
    int wanted = read().open() + count;
    for (int attempt = 0; attempt < ATTEMPTS && read().open() < wanted; attempt++) {
      tryToOpen(wanted - read().open(), port, requests);
    }
    if (read().open() < wanted) {
      throw new IllegalStateException(
          (wanted - read().open()) + " of " + count + " streams at port " + port + " were refused");
    }
  }

  private void tryToOpen(int count, int port, Requests requests) {
    try {
      Path file = Files.createTempFile(folder, "requests", "");
      requests.write(file);
      order("open " + count + " " + port + " " + file);
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot hand the requests to the load generator", e);
    }
  }

  /** Counts from zero again; answers what there was until now. */
  public LoadFigures mark() {
    return LoadFigures.parse(order("mark"));
  }

  /** Deliveries since the mark; costs nothing. */
  public long deliveries() {
    return deliveries.get();
  }

  /** Lets what is under way arrive: returns when nothing has for a while. */
  public void awaitQuiet() {
    long last = -1;
    while (deliveries() != last) {
      last = deliveries();
      Schedule.pause(QUIET);
    }
  }

  /** Everything since the mark. */
  public LoadFigures read() {
    return LoadFigures.parse(order("read"));
  }

  /** Closes all streams with a reset. */
  public void closeStreams() {
    order("close");
  }

  @Override
  public void close() {
    process.close();
  }

  private String order(String line) {
    try {
      orders.write(line + "\n");
      orders.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("the load generator ended; see " + process.log());
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException("the load generator does not answer", e);
    }
  }
}
