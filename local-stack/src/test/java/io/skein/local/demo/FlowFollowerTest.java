package io.skein.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server of one flow whose stream is quiet, or dead, as the test says. */
final class FlowFollowerTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration SHORT_LIMIT = Duration.ofMillis(400);

  /** So many that they last longer than the limit. */
  private static final int HEARTBEATS = 12;

  private static final Duration BETWEEN_HEARTBEATS = Duration.ofMillis(500);

  private final List<String> remarks = new CopyOnWriteArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger heartbeats = new AtomicInteger();
  private volatile boolean completed;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/api/v1/flows/f", this::flow);
    server.start();
  }

  @AfterEach
  void stop() {
    stop.countDown();
    server.stop(0);
  }

  @Test
  void heartbeatsKeepAQuietStreamOpen() throws Exception {
    server.createContext(
        "/api/v1/flows/f/events/stream",
        exchange -> {
          OutputStream out = open(exchange);
          while (heartbeats.incrementAndGet() <= HEARTBEATS) {
            pause();
            write(out, ": heartbeat\n\n");
          }
          end(out);
        });
    follow(LIMIT);
    assertThat(streams).hasValue(1);
    assertThat(remarks).isEmpty();
  }

  @Test
  void aSilentStreamIsLeftForTheNext() throws Exception {
    server.createContext(
        "/api/v1/flows/f/events/stream",
        exchange -> {
          OutputStream out = open(exchange);
          if (streams.get() == 1) {
            await();
          }
          end(out);
        });
    follow(SHORT_LIMIT);
    // A slow machine is silent for as long, and its stream is left as well.
    assertThat(streams).hasValueGreaterThanOrEqualTo(2);
    assertThat(remarks).hasSize(streams.get() - 1);
  }

  private void follow(Duration limit) throws InterruptedException {
    URI instance = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (SkeinApi api = new SkeinApi(List.of(instance), "token");
        FlowFollower follower = new FlowFollower(api, "f", view(), limit)) {
      assertThat(follower.follow().isCompleted()).isTrue();
    }
  }

  private void flow(HttpExchange exchange) throws IOException {
    String status = completed ? "completed" : "running";
    byte[] body =
        """
        {"flowId":"f","name":"n","status":"%s","progress":10,"version":1,"phases":[]}\
        """
            .formatted(status)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private OutputStream open(HttpExchange exchange) throws IOException {
    streams.incrementAndGet();
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    write(out, "retry: 1000\n\n");
    return out;
  }

  private void end(OutputStream out) throws IOException {
    completed = true;
    write(out, "event: end\ndata: {}\n\n");
    out.close();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private void pause() {
    try {
      if (stop.await(BETWEEN_HEARTBEATS.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the test ended before the stream");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() {
    try {
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private FlowView view() {
    return new FlowView() {
      @Override
      public void flow(Flow flow) {}

      @Override
      public void event(FlowEvent event) {}

      @Override
      public void progress(AgentProgress progress) {}

      @Override
      public void remark(String text) {
        remarks.add(text);
      }

      @Override
      public void finish() {}
    };
  }
}
