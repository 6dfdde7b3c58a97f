package io.skein.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.NewEvent;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The program of docs/embedding.md: a service with these two libraries and the JDK's server. */
class EmbeddingExampleTest {

  @Test
  void aServiceAppendsListensAndServes() throws Exception {
    String databaseUrl = TestServers.postgres().createDatabase().url();
    String redisUrl = TestServers.redis().url();

    PostgresSettings postgres = PostgresSettings.parse(databaseUrl);
    Migrations.migrate(postgres, List.of("postgres-core", "event-bus"));
    RedisSettings settings = RedisSettings.of(redisUrl).withKeyPrefix("my-service:");
    try (Database database = Database.open(postgres, "my-service-1");
        RedisConnections redis = RedisConnections.open(settings, "my-service-1");
        EventBus bus = EventBus.start(database, redis, "my-service-1", EventSettings.defaults())) {
      StreamId flow = new StreamId(Identifiers.next());
      database.useTransaction(tx -> bus.journal().open(tx, flow, "my-tenant"));

      BlockingQueue<StoredEvent> heard = new LinkedBlockingQueue<>();
      bus.feed().subscribe(flow, Sequence.START, heard::addAll);

      SseBroker broker =
          new SseBroker(bus, stream -> new Snapshot(0, "{}"), SseSettings.defaults());
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/events", exchange -> serve(broker, flow, exchange));
      server.start();

      database.useTransaction(tx -> {
        // Here the service changes its own tables, in the same transaction.
        bus.journal().append(tx, flow, List.of(NewEvent.of("greeted")));
      });

      assertThat(heard.poll(10, TimeUnit.SECONDS))
          .extracting(StoredEvent::type)
          .isEqualTo("greeted");
      assertThat(firstEvent(server)).contains("\"type\":\"greeted\"");
      broker.drain(Duration.ofMillis(100));
      server.stop(0);
    }
  }

  private static void serve(SseBroker broker, StreamId flow, HttpExchange exchange)
      throws IOException {
    try (exchange) {
      SseStream stream =
          broker.open(flow, exchange.getRequestHeaders().getFirst("Last-Event-ID")).orElseThrow();
      if (stream.finished()) {
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      exchange.getResponseHeaders().add("Content-Type", "text/event-stream;charset=utf-8");
      exchange.getResponseHeaders().add("Cache-Control", "no-store");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        stream.writeTo(out); // until the client leaves, the flow ends, or drain() is called
      }
    }
  }

  private static String firstEvent(HttpServer server) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/events");
    HttpRequest request = HttpRequest.newBuilder(address).build();
    try (HttpClient client = HttpClient.newHttpClient();
        Stream<String> lines = client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      String first = lines.filter(line -> line.contains("\"type\"")).findFirst().orElseThrow();
      client.shutdownNow();
      return first;
    }
  }
}
