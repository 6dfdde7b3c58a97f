package io.skein.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A client in a process of its own. Takes lines {@code port connections milliseconds file}, the
 * file with the bytes of the request, and answers each with its figures. Ends with its input.
 */
final class RequestLoopMain {
  private RequestLoopMain() {}

  public static void main(String[] args) throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] order = line.split(" ", 4);
      byte[] request = Files.readAllBytes(Path.of(order[3]));
      try (RequestLoop loop =
          new RequestLoop(Integer.parseInt(order[0]), Integer.parseInt(order[1]), request)) {
        System.out.println(loop.run(Duration.ofMillis(Long.parseLong(order[2]))).line());
        System.out.flush();
      }
    }
  }
}
