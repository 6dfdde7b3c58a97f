package io.skein.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.redis.Feature;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.telemetry.FeatureSettings;
import io.skein.telemetry.FeatureSwitches;
import io.skein.telemetry.SettingsReader;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Every flag is switched off and on under ten flows and a hundred clients over two instances; a
 * third one writes. {@code -Dskein.test.full=true} switches each twenty times.
 */
@Tag("long")
class FlagFlipsTest {
  private static final int TIMES = Boolean.getBoolean("skein.test.full") ? 20 : 2;
  private static final int FLOWS = 10;
  private static final int CLIENTS = 100;
  private static final int EVENTS_A_SECOND = 5;
  private static final Duration FOLLOWED = Duration.ofSeconds(2);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final String OFF = "its flag";
  private static final String AWAY = "cannot be used";

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<EventSourceClient> watching = new ArrayList<>();
  private final List<Long> followedMillis = new ArrayList<>();
  private RedisServer server;
  private ApiStack stack;
  private ApiClient admin;
  private List<String> flows;
  private String commanded;
  private Database database;
  private EventBus writer;
  private ScheduledExecutorService writing;

  @BeforeEach
  void start() throws Exception {
    server = open(TestServers.newRedis());
    stack = open(ApiStack.start(2, Map.of("REDIS_URL", server.url())));
    admin = stack.anonymous(1).withToken(TestTokens.ofUser("root", "admin"));
    flows = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      flows.add(admin.create(ApiClient.UNCLEAR_CSV));
    }
    commanded = admin.create(ApiClient.UNCLEAR_CSV);
    for (int i = 0; i < CLIENTS; i++) {
      ApiClient client =
          stack.anonymous(1 + i % 2).withToken(TestTokens.ofUser("watcher-" + i % 10, "viewer"));
      watching.add(open(EventSourceClient.start(client, flows.get(i / 2 % FLOWS))));
    }
    startWriter();
  }

  private void startWriter() {
    database = open(Database.open(stack.postgres(), "writer"));
    RedisConnections redis =
        open(
            RedisConnections.open(
                RedisSettings.of(server.url()).withKeyPrefix(stack.keyPrefix()), "writer"));
    open(
        FeatureSwitches.start(
            database,
            redis.gates(),
            "writer",
            FeatureSettings.read(new SettingsReader(Map.of())),
            new SimpleMeterRegistry(),
            Clock.systemUTC()));
    writer = open(EventBus.start(database, redis, "writer", EventSettings.defaults()));
    writing = Executors.newSingleThreadScheduledExecutor();
    open.push(writing::shutdownNow);
    var unused =
        writing.scheduleAtFixedRate(
            this::writeToAll, 0, 1000 / EVENTS_A_SECOND, TimeUnit.MILLISECONDS);
  }

  private void writeToAll() {
    for (String flow : flows) {
      StreamId stream = new StreamId(UUID.fromString(flow));
      database.useTransaction(
          tx -> writer.journal().append(tx, stream, List.of(NewEvent.of("tick"))));
    }
  }

  @AfterEach
  void stop() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @Test
  void nothingIsLostOrRepeatedAndTheFirstReadAfterwardsIsTheLastWrite() throws Exception {
    await().until(() -> watching.stream().allMatch(client -> client.sequences().size() > 5));
    for (int i = 0; i < TIMES; i++) {
      for (Feature feature : Feature.values()) {
        flip(feature);
      }
    }
    server.kill();
    awaitShown("event_bus", AWAY);
    for (Feature feature : Feature.values()) {
      switchOff(feature, AWAY);
      switchOn(feature, AWAY);
    }
    server.start();
    awaitShown("event_bus", "");
    writing.shutdown();
    assertThat(writing.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertEveryClientGotAll();
    System.out.printf(
        "flags followed by two instances: %d changes, %d ms at most%n",
        followedMillis.size(), followedMillis.stream().mapToLong(Long::longValue).max().orElse(0));
  }

  private void flip(Feature feature) {
    switchOff(feature, "");
    long written = command();
    switchOn(feature, "");
    for (int instance = 1; instance <= 2; instance++) {
      ApiClient reader = stack.client(instance);
      JsonNode state = reader.tree(reader.get(ApiClient.FLOWS + "/" + commanded + "/state"));
      assertThat(state.get("version").asLong())
          .as("%s on instance %d", feature, instance)
          .isGreaterThanOrEqualTo(written);
    }
  }

  /** Pauses the flow, or resumes it. */
  private long command() {
    JsonNode flow = admin.flow(commanded);
    String command = flow.get("status").asString().equals("paused") ? "resume" : "pause";
    HttpResponse<String> answer =
        admin.send(
            "POST", ApiClient.FLOWS + "/" + commanded + "/" + command, BodyPublishers.noBody());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return admin.flow(commanded).get("version").asLong();
  }

  private void switchOff(Feature feature, String reasonWhileOn) {
    follow(feature.label(), false, reasonWhileOn, OFF);
  }

  private void switchOn(Feature feature, String reasonWhileOn) {
    follow(feature.label(), true, OFF, reasonWhileOn);
  }

  /** Both instances go from one reason to the other in time. */
  private void follow(String feature, boolean on, String from, String to) {
    Stalls.repeatIfStalled(() -> {
      set(feature, !on);
      awaitShown(feature, from);
      long begun = System.nanoTime();
      set(feature, on);
      await().atMost(FOLLOWED).pollInterval(LOOK).until(() -> shows(feature, to));
      followedMillis.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
    });
  }

  private void set(String feature, boolean on) {
    HttpResponse<String> answer =
        admin.send(
            "PUT",
            "/api/v1/features/" + feature,
            BodyPublishers.ofString("{\"enabled\": " + on + "}"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  /** How soon is asserted elsewhere. */
  private void awaitShown(String feature, String reason) {
    await().pollInterval(LOOK).until(() -> shows(feature, reason));
  }

  /** Whether both instances tell this of the feature. */
  private boolean shows(String feature, String reason) {
    for (int instance = 1; instance <= 2; instance++) {
      ApiClient management =
          new ApiClient(
              stack.http, stack.json, stack.instance(instance).managementPort(), Map.of());
      for (JsonNode part : management.tree(management.get("/readyz")).get("parts")) {
        String detail = part.get("detail").asString();
        if (part.get("name").asString().equals(feature)
            && !(reason.isEmpty() ? detail.isEmpty() : detail.contains(reason))) {
          return false;
        }
      }
    }
    return true;
  }

  private void assertEveryClientGotAll() {
    Map<String, Long> last =
        flows.stream()
            .collect(
                Collectors.toMap(
                    flow -> flow,
                    flow ->
                        stack.count(
                            "select last_seq from streams where id = ?", UUID.fromString(flow))));
    for (int i = 0; i < CLIENTS; i++) {
      EventSourceClient client = watching.get(i);
      List<Long> all =
          LongStream.rangeClosed(1, requireNonNull(last.get(flows.get(i / 2 % FLOWS))))
              .boxed()
              .toList();
      await().untilAsserted(() -> assertThat(client.sequences()).isEqualTo(all));
      assertThat(client.resets()).isEmpty();
    }
  }

  private <T extends AutoCloseable> T open(T closeable) {
    open.push(closeable);
    return closeable;
  }
}
