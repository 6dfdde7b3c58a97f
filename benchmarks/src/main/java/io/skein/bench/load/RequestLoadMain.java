package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The process of a client that asks and asks again. Takes orders from its standard input, one a
 * line, {@code run PORT CONNECTIONS MILLIS FILE}, and answers each with a line of {@link
 * RequestFigures}. Ends with its input, so it never outlives who started it.
 */
final class RequestLoadMain {
  private RequestLoadMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    String order = orders.readLine();
    while (order != null) {
      String[] words = order.split(" ");
      Requests requests = Requests.read(Path.of(words[4]));
      AskingClients clients =
          new AskingClients(Integer.parseInt(words[1]), requests, Integer.parseInt(words[2]));
      System.out.println(clients.run(Duration.ofMillis(Long.parseLong(words[3]))).line());
      order = orders.readLine();
    }
  }
}
