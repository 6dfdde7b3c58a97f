package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Clock;

/**
 * The process of the load generator, given the file of its count of deliveries. Takes orders from
 * its standard input, one a line, and answers each with a line: {@code open COUNT PORT FILE},
 * {@code mark}, {@code read}, {@code close}. Ends with its input, so it never outlives who started
 * it.
 */
final class LoadGeneratorMain {
  private LoadGeneratorMain() {}

  public static void main(String[] args) throws IOException {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    try (Watchers watchers = new Watchers(Clock.systemUTC(), new SharedCount(Path.of(args[0])))) {
      watchers.start();
      String order = orders.readLine();
      while (order != null) {
        System.out.println(answer(watchers, order.split(" ")));
        order = orders.readLine();
      }
    }
  }

  private static String answer(Watchers watchers, String[] order) throws IOException {
    return switch (order[0]) {
      case "open" -> {
        Requests requests = Requests.read(Path.of(order[3]));
        watchers.open(Integer.parseInt(order[1]), Integer.parseInt(order[2]), requests);
        yield watchers.figures().line();
      }
      case "mark" -> watchers.restart().line();
      case "read" -> watchers.figures().line();
      case "close" -> {
        watchers.closeAll();
        yield "ok";
      }
      default -> throw new IllegalArgumentException("an unknown order: " + order[0]);
    };
  }
}
