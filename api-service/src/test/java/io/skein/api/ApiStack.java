package io.skein.api;

import static org.awaitility.Awaitility.await;

import io.skein.discovery.DiscoveryFlow;
import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.flows.FlowEngine;
import io.skein.flows.StepListener;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.tasks.TaskQueue;
import io.skein.tasks.Worker;
import io.skein.tasks.WorkerSettings;
import io.skein.telemetry.SettingsReader;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * API instances over a database and a key prefix of their own, and a worker when one is asked for.
 */
final class ApiStack implements AutoCloseable {
  /** A page elsewhere that may use the API. */
  static final String FOREIGN_ORIGIN = "https://app.example.com";

  static final long MAX_UPLOAD_BYTES = 12 << 20;

  static {
    // The default is 10 s, too short for a busy machine.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private static final List<String> TABLES =
      List.of("flows", "uploads", "upload_chunks", "tasks", "streams", "events");

  final JsonMapper json = JsonMapper.builder().build();
  final Database database;
  final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();
  private final List<ApiService> instances = new ArrayList<>();
  private final PostgresSettings postgres;
  private final RedisSettings redis;
  private final String databaseUrl;
  private final Map<String, String> differently;
  private final String prefix = "test-" + UUID.randomUUID() + ":";

  private ApiStack(DatabaseAddress address, int instances, Map<String, String> differently)
      throws Exception {
    this.differently = differently;
    databaseUrl = address.url();
    postgres = PostgresSettings.parse(databaseUrl).withPoolSize(10);
    redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix(prefix);
    closeables.push(http);
    for (int n = 1; n <= instances; n++) {
      this.instances.add(
          keep(ApiService.start(ApiSettings.read(new SettingsReader(environment("api-" + n))))));
    }
    database = keep(Database.open(postgres, "test"));
    await().until(() -> this.instances.stream().allMatch(this::usesRedis));
  }

  /** Whether every feature goes to Redis whose flag does not forbid it. */
  private boolean usesRedis(ApiService instance) {
    ApiClient management = new ApiClient(http, json, instance.managementPort(), Map.of());
    for (JsonNode part : management.tree(management.get("/readyz")).get("parts")) {
      boolean away = part.get("mode").asString().equals("fallback");
      if (away && !part.get("detail").asString().contains("switched off by its flag")) {
        return false;
      }
    }
    return true;
  }

  /** One with all tables, for a stack of its own. */
  static DatabaseAddress newDatabase(PostgresServer server) {
    return server.createDatabase("api-service", ApiStack::migrate);
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), ApiService.migrations());
  }

  static ApiStack start(int instances) throws Exception {
    return start(instances, Map.of());
  }

  /** Instances that are told something else than usual. */
  static ApiStack start(int instances, Map<String, String> differently) throws Exception {
    return start(newDatabase(TestServers.postgres()), instances, differently);
  }

  static ApiStack start(DatabaseAddress database, int instances, Map<String, String> differently)
      throws Exception {
    return new ApiStack(database, instances, differently);
  }

  static ApiStack start(PostgresServer server) throws Exception {
    return start(newDatabase(server), 1, Map.of());
  }

  /** One of the instances, with a token that it trusts. */
  ApiClient client(int instance) {
    return anonymous(instance).withToken(TestTokens.genuine());
  }

  ApiClient anonymous(int instance) {
    return new ApiClient(http, json, instance(instance).port(), Map.of());
  }

  ApiService instance(int number) {
    return instances.get(number - 1);
  }

  /** The database of the instances. */
  PostgresSettings postgres() {
    return postgres;
  }

  String keyPrefix() {
    return prefix;
  }

  /** An instance of its own process on this port, ready, which may be killed. */
  Process startProcess(int port) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ApiMain.class.getName())
            .inheritIO();
    builder.environment().putAll(environment("api-process"));
    builder.environment().put("SKEIN_PORT", String.valueOf(port));
    Process process = builder.start();
    closeables.push(process::destroyForcibly);
    ApiClient client = new ApiClient(http, json, port, Map.of()).withToken(TestTokens.genuine());
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> client.get(ApiClient.FLOWS).statusCode() == 200);
    return process;
  }

  /** A worker as another process would have one: with connections of its own. */
  void startWorker() {
    String name = "worker-" + UUID.randomUUID();
    Database own = keep(Database.open(postgres, name));
    RedisConnections connections = keep(RedisConnections.open(redis, name));
    EventBus events = keep(EventBus.start(own, connections, name, EventSettings.defaults()));
    TaskQueue tasks = keep(TaskQueue.open(own, connections));
    Locks locks = keep(new Locks(connections, own, Duration.ofMinutes(1)));
    FlowEngine engine =
        new FlowEngine(
            own,
            events.journal(),
            tasks,
            locks,
            events.progress(),
            json,
            List.of(new DiscoveryFlow()),
            agentPhases(),
            StepListener.NONE);
    WorkerSettings settings =
        WorkerSettings.named(name)
            .withQueues(List.of(FlowEngine.queue()))
            .withSlots(2)
            .withGrace(Duration.ofSeconds(2));
    keep(new Worker(settings, tasks, engine.taskHandlers())).start();
  }

  private Set<String> agentPhases() {
    String phases = differently.get("SKEIN_AGENT_PHASES");
    return phases == null ? Set.of() : Set.of(phases.split(","));
  }

  /** Connections as another instance of this stack would have them. */
  RedisConnections redis() {
    return keep(RedisConnections.open(redis, "test"));
  }

  /** How many rows each table has that a request may write to. */
  Map<String, Long> rowCounts() {
    Map<String, Long> counts = new LinkedHashMap<>();
    TABLES.forEach(table -> counts.put(table, count("select count(*) from " + table)));
    return counts;
  }

  long count(String sql, Object... arguments) {
    return database.read((Handle handle) -> handle.select(sql, arguments).mapTo(Long.class).one());
  }

  private Map<String, String> environment(String name) {
    Map<String, String> environment = new HashMap<>();
    environment.put("SKEIN_NAME", name);
    environment.put("SKEIN_PORT", "0");
    environment.put("SKEIN_MANAGEMENT_PORT", "0");
    environment.put("DATABASE_URL", databaseUrl);
    environment.put("REDIS_URL", TestServers.redis().url());
    environment.put("SKEIN_KEY_PREFIX", prefix);
    environment.put("SKEIN_JWT_SECRET", TestTokens.SECRET);
    environment.put("SKEIN_MAX_UPLOAD_BYTES", Long.toString(MAX_UPLOAD_BYTES));
    environment.put("SKEIN_ALLOWED_ORIGINS", FOREIGN_ORIGIN);
    environment.put("SKEIN_DRAIN", "100ms");
    // One user, at one address, makes all requests of a test class.
    for (String kind : List.of("USER", "WATCHING", "STREAMS", "TICKETS", "SIGN_IN", "ADDRESS")) {
      environment.put("SKEIN_LIMIT_" + kind, "100000/1m");
    }
    environment.putAll(differently);
    return environment;
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    closeables.push(closeable);
    return closeable;
  }

  @Override
  public void close() throws Exception {
    while (!closeables.isEmpty()) {
      closeables.pop().close();
    }
  }
}
