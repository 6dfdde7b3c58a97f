package io.skein.local.streams;

import static org.awaitility.Awaitility.await;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import io.skein.local.demo.SkeinApi;
import io.skein.local.stack.LocalStack;
import io.skein.local.stack.StackProcess;
import io.skein.local.stack.StackSettings;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two API instances and no worker: what is appended to the flows' streams comes from the test. It
 * appends as a third process does, with a journal and a relay of its own.
 */
final class Streams implements AutoCloseable {
  /** Half of what an instance allows, since those that end overlap with those that begin. */
  static final int STREAMS_PER_USER = 50;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CSV = "hostname,ip address\nsrv-1,192.168.1.1\n";

  private final Path directory;
  private final LocalStack stack;
  private final String token;
  private final Map<Integer, SkeinApi> users = new ConcurrentHashMap<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Database database;
  private final RedisConnections redis;
  private final EventBus bus;

  Streams(Path directory) {
    this.directory = directory;
    stack = LocalStack.start(StackSettings.in(directory).withWorkers(0));
    token = token("writer");
    database = Database.open(PostgresSettings.parse(stack.databaseUrl()), "writer");
    redis = RedisConnections.open(RedisSettings.of(stack.redisUrl()), "writer");
    bus = EventBus.start(database, redis, "writer", EventSettings.defaults());
  }

  LocalStack stack() {
    return stack;
  }

  /** The API for the nth client; one user may have only so many streams. */
  SkeinApi api(int client) {
    return users.computeIfAbsent(
        client / STREAMS_PER_USER,
        user ->
            new SkeinApi(
                stack.apis().stream().map(StackProcess::url).toList(), token("user-" + user)));
  }

  String token(String user) {
    return stack.token("demo", "demo", user);
  }

  Database database() {
    return database;
  }

  EventBus bus() {
    return bus;
  }

  List<UUID> createFlows(int count) throws IOException, InterruptedException {
    List<UUID> flows = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      flows.add(createFlow(stack.apis().get(n % stack.apis().size()).url()));
    }
    return flows;
  }

  private UUID createFlow(URI instance) throws IOException, InterruptedException {
    HttpResponse<String> created =
        http.send(
            HttpRequest.newBuilder(instance.resolve("/api/v1/flows?file=servers.csv"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString(CSV))
                .build(),
            BodyHandlers.ofString());
    if (created.statusCode() != 201) {
      throw new IllegalStateException("no flow was created: " + created.body());
    }
    return UUID.fromString(JSON.readTree(created.body()).get("flowId").asString());
  }

  /** Appends one event through the journal and its relay, or by SQL as a foreign process does. */
  void append(UUID flow, String type, boolean withRelay) {
    database.useTransaction(tx -> {
      if (withRelay) {
        bus.journal().append(tx, new StreamId(flow), List.of(NewEvent.of(type)));
      } else {
        tx.handle()
            .select("select seq from skein_append(?, ?)", flow, type)
            .mapTo(Long.class)
            .one();
      }
    });
  }

  /** Appends events with payloads of this size through the relay; answers when they committed. */
  long appendLarge(UUID flow, int count, int bytes) {
    NewEvent event = NewEvent.of("large").withPayload("{\"x\":\"" + "x".repeat(bytes) + "\"}");
    database.useTransaction(
        tx -> bus.journal().append(tx, new StreamId(flow), Collections.nCopies(count, event)));
    return System.nanoTime();
  }

  /** A figure of an instance's own metrics, summed over its labels. */
  double metric(StackProcess instance, String name) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(instance.management().resolve("/metrics")).build(),
            BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Stops PostgreSQL, copies its data and starts it again. */
  Path copyPostgres() throws IOException, InterruptedException {
    Path copy = data().resolveSibling("data.copy");
    stack.postgres().stop();
    copy(data(), copy);
    stack.postgres().start();
    awaitPostgres();
    return copy;
  }

  /** Puts a copy in the place of what PostgreSQL has become since. */
  void restorePostgres(Path copy) throws IOException, InterruptedException {
    stack.postgres().stop();
    Files.move(data(), data().resolveSibling("data.lost"));
    copy(copy, data());
    stack.postgres().start();
    awaitPostgres();
  }

  private void awaitPostgres() {
    await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> epoch() > 0);
  }

  private Path data() {
    return directory.resolve("postgres").resolve("data");
  }

  /** With owner and rights: the server is not run by root. */
  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    Process copying = new ProcessBuilder("cp", "-a", from.toString(), to.toString()).start();
    if (copying.waitFor() != 0) {
      throw new IOException("cannot copy " + from);
    }
  }

  long epoch() {
    return database.read(
        handle -> handle.select("select epoch from epochs").mapTo(Long.class).one());
  }

  /** Types of a stream's events in their order, by PostgreSQL. */
  List<String> types(UUID flow) {
    return database.read(handle ->
        handle
            .createQuery("select type from events where stream_id = :flow order by seq")
            .bind("flow", flow)
            .mapTo(String.class)
            .list());
  }

  /** The id of a stream's last event, by PostgreSQL. */
  String lastId(UUID flow) {
    return database.read(handle ->
        handle
            .createQuery(
                "select (select epoch from epochs) || '.' || last_seq from streams where id = :flow")
            .bind("flow", flow)
            .mapTo(String.class)
            .one());
  }

  @Override
  public void close() {
    users.values().forEach(SkeinApi::close);
    http.shutdownNow();
    bus.close();
    redis.close();
    database.close();
    stack.close();
  }
}
