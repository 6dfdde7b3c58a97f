package io.skein.telemetry.series;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.sun.net.httpserver.HttpServer;
import io.skein.telemetry.series.SeriesAnswer.Quantiles;
import io.skein.telemetry.series.Servers.Counting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three samples of real latencies, each half counted by one instance and half by another and
 * written in two flushes: what is read back is compared with the sorted sample itself.
 */
class PercentilesTest {
  private static final String NAME = "skein.sample";
  private static final double PROMISED_PERCENT = 5;

  private Servers servers;

  @BeforeEach
  void open() {
    servers = Servers.open();
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
  }

  @FunctionalInterface
  private interface Call {
    void run() throws Exception;
  }

  @Test
  void ofCallsOfRedis() throws Exception {
    compare(times(4_000, () -> servers.redis.jedis().get("nothing")));
  }

  @Test
  void ofQueriesOfPostgres() throws Exception {
    compare(times(1_500, () -> servers.database.whyUnreachable()));
  }

  @Test
  void ofRequestsByHttp() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      compare(times(1_500, () -> client.send(request, BodyHandlers.discarding())));
    } finally {
      server.stop(0);
    }
  }

  private static long[] times(int count, Call call) throws Exception {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      call.run();
      nanos[i] = System.nanoTime() - begin;
    }
    return nanos;
  }

  private void compare(long[] sample) {
    Counting one = servers.instance("api-1");
    Counting two = servers.instance("api-2");
    for (int i = 0; i < sample.length; i++) {
      Counting instance = i % 2 == 0 ? one : two;
      instance.registry().timer(NAME).record(sample[i], TimeUnit.NANOSECONDS);
      if (i == sample.length / 2) {
        servers.clock.advance(Servers.FLUSH);
        one.telemetry().flush();
        two.telemetry().flush();
      }
    }
    one.telemetry().flush();
    two.telemetry().flush();
    SeriesQuestion question = SeriesQuestion.of(NAME);
    SeriesAnswer.Sum all =
        one.telemetry().read(question, 5).all(question).values().iterator().next();
    Quantiles quantiles = requireNonNull(all.quantiles());
    long[] sorted = sample.clone();
    Arrays.sort(sorted);
    assertThat(all.count()).isEqualTo(sample.length);
    assertThat(all.billionths()).isEqualTo(Arrays.stream(sample).sum());
    compare(0.50, sorted, quantiles.p50());
    compare(0.95, sorted, quantiles.p95());
    compare(0.99, sorted, quantiles.p99());
  }

  private static void compare(double share, long[] sorted, double answered) {
    double exact = sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e9;
    System.out.printf(
        "p%.0f exact %.3f ms, answered %.3f ms, off by %.2f %%%n",
        share * 100, exact * 1e3, answered * 1e3, 100 * (answered - exact) / exact);
    assertThat(answered).isCloseTo(exact, withinPercentage(PROMISED_PERCENT));
  }
}
