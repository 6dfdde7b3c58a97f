package io.skein.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The port for operators: {@code /livez} (this process answers), {@code /readyz} (it should be
 * given work; 503 when not, with details) and {@code /metrics} (Prometheus text). Thread safe.
 */
public final class ManagementServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Readiness readiness;
  private final Metrics metrics;
  private final JsonMapper json = JsonMapper.builder().build();

  private ManagementServer(HttpServer server, Readiness readiness, Metrics metrics) {
    this.server = server;
    this.readiness = readiness;
    this.metrics = metrics;
  }

  /**
   * @param port 0 lets the system choose
   * @throws IOException when the port is taken
   */
  public static ManagementServer start(String host, int port, Readiness readiness, Metrics metrics)
      throws IOException {
    HttpServer http = HttpServer.create(new InetSocketAddress(host, port), 64);
    ManagementServer server = new ManagementServer(http, readiness, metrics);
    http.setExecutor(server.threads);
    http.createContext("/livez", exchange -> answer(exchange, 200, "text/plain", "ok\n"));
    http.createContext("/readyz", server::ready);
    http.createContext("/metrics", server::metrics);
    http.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not found\n"));
    http.start();
    return server;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private void ready(HttpExchange exchange) throws IOException {
    Readiness.Report report = readiness.report();
    ObjectNode node = json.createObjectNode();
    node.put("ready", report.ready()).put("draining", report.draining());
    ArrayNode parts = node.putArray("parts");
    for (Readiness.Entry entry : report.entries()) {
      parts
          .addObject()
          .put("name", entry.name())
          .put("mode", entry.state().mode())
          .put("detail", entry.state().detail());
    }
    answer(
        exchange,
        report.ready() ? 200 : 503,
        "application/json",
        json.writeValueAsString(node) + "\n");
  }

  private void metrics(HttpExchange exchange) throws IOException {
    answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
