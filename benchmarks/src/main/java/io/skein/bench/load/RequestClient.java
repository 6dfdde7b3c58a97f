package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.bench.BenchProcess;
import io.skein.bench.Cores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The other end of the process of a client that asks and asks again. Not thread safe. */
public final class RequestClient implements AutoCloseable {
  private final BenchProcess process;
  private final Writer orders;
  private final BufferedReader answers;
  private final Path request;

  private RequestClient(BenchProcess process, Path folder) {
    this.process = process;
    this.orders = process.input();
    this.answers = process.output();
    this.request = folder.resolve("request");
  }

  /**
   * Starts the process.
   *
   * @param folder for its files
   */
  public static RequestClient start(Path folder) {
    return new RequestClient(
        BenchProcess.java(
            "request-loop",
            RequestLoopMain.class.getName(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            List.of(),
            folder),
        folder);
  }

  /** Gets it a core that the server does not have; answers whether that was possible. */
  public boolean takeCore() {
    return Cores.CLIENT.take(process.pid());
  }

  /**
   * Gets a path again and again on so many connections.
   *
   * @throws IllegalStateException when an answer was not 200
   */
  public RouteFigures get(int port, String path, String token, int connections, Duration time) {
    String text =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, token);
    try {
      Files.write(request, text.getBytes(US_ASCII));
      orders.write("%d %d %d %s\n".formatted(port, connections, time.toMillis(), request));
      orders.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("the client ended; see " + process.log());
      }
      RouteFigures figures = RouteFigures.parse(answer);
      if (figures.others() > 0) {
        throw new IllegalStateException(figures.others() + " answers to " + path + " were not 200");
      }
      return figures;
    } catch (IOException e) {
      throw new UncheckedIOException("the client does not answer", e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
