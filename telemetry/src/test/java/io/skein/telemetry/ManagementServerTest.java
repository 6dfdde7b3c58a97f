package io.skein.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {
  private final AtomicReference<Readiness.State> database =
      new AtomicReference<>(Readiness.State.ok());
  private final Readiness readiness =
      new Readiness()
          .part("postgres", database::get)
          .part(
              "state_cache", () -> new Readiness.State(false, "fallback", "Redis does not answer"));
  private Metrics metrics;
  private ManagementServer server;

  @BeforeEach
  void start() throws Exception {
    metrics = new Metrics("api-1");
    server = ManagementServer.start("127.0.0.1", 0, readiness, metrics);
  }

  @AfterEach
  void stop() {
    server.close();
    metrics.close();
  }

  @Test
  void aFallbackIsShownAndDoesNotBlock() throws Exception {
    HttpResponse<String> answer = get("/readyz");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"mode\":\"fallback\"", "Redis does not answer");
  }

  @Test
  void isNotReadyWithoutItsDatabaseOrWhileDraining() throws Exception {
    database.set(Readiness.State.down("no connection"));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    database.set(Readiness.State.ok());
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    readiness.drain();
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsCarryTheInstance() throws Exception {
    assertThat(get("/metrics").body()).contains("jvm_memory_used_bytes", "instance_name=\"api-1\"");
    assertThat(get("/other").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
