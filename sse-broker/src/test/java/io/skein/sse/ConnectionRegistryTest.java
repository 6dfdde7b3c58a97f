package io.skein.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisAddress;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.sse.ConnectionPage.Located;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two instances that tell each other who watches. */
class ConnectionRegistryTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** That the machine stands still is not taken for Redis' absence. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Viewer ANN = new Viewer("acme", "lift", "ann", "10.0.0.1");
  private static final Viewer BOB = new Viewer("acme", "lift", "bob", "10.0.0.2");
  private static final Viewer RIVAL = new Viewer("rival", "lift", "ann", "10.0.0.3");

  private static RedisServer redisServer;
  private static Database database;
  private static RedisConnections redis;
  private static EventBus bus;

  private SseBroker first;
  private SseBroker second;
  private ConnectionRegistry firstRegistry;
  private ConnectionRegistry secondRegistry;
  private String prefix;

  @BeforeAll
  static void start() {
    redisServer = TestServers.newRedis();
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "event-bus", "sse-broker"));
    database = Database.open(postgres, "registry-test");
    RedisSettings patient =
        new RedisSettings(RedisAddress.parse(redisServer.url()), "skein:", PATIENCE, PATIENCE);
    redis = RedisConnections.open(patient, "registry-test");
    bus = EventBus.start(database, redis, "bus", EventSettings.defaults());
  }

  @AfterAll
  static void stop() {
    bus.close();
    redis.close();
    database.close();
    redisServer.close();
  }

  @BeforeEach
  void startInstances() {
    prefix = Identifiers.next().toString().substring(0, 8);
    first = broker(100);
    second = broker(100);
    firstRegistry = registry(first, name("first"));
    secondRegistry = registry(second, name("second"));
  }

  @AfterEach
  void stopInstances() throws Exception {
    firstRegistry.close();
    secondRegistry.close();
    first.drain(Duration.ZERO);
    second.drain(Duration.ZERO);
  }

  private String name(String instance) {
    return prefix + instance;
  }

  private ConnectionRegistry registry(SseBroker broker, String instance) {
    return ConnectionRegistry.start(
        broker, database, redis, instance, () -> Set.of(name("first"), name("second")));
  }

  private static SseBroker broker(int mostPerUser) {
    SseSettings settings =
        new SseSettings(
            Duration.ofSeconds(2), HOUR, HOUR, 16, 1 << 20, 50, 1 << 20, 500, mostPerUser);
    return new SseBroker(bus, stream -> new Snapshot(0, "{}"), settings);
  }

  @Test
  void everyInstanceKnowsAllConnectionsOfATenant() {
    StreamId flow = open();
    StreamId other = open();
    follow(first, ANN, flow);
    follow(second, ANN, flow);
    follow(second, BOB, other);
    follow(second, RIVAL, flow);
    for (ConnectionRegistry registry : List.of(firstRegistry, secondRegistry)) {
      awaitFound(registry, ConnectionQuery.of("acme"), 3);
      awaitFound(registry, new ConnectionQuery("acme", flow, null, null), 2);
      awaitFound(registry, new ConnectionQuery("acme", null, "bob", null), 1);
      awaitFound(registry, new ConnectionQuery("acme", null, null, name("second")), 2);
      awaitFound(registry, new ConnectionQuery("acme", other, "ann", null), 0);
      ConnectionCounts counts = registry.counts("acme");
      assertThat(counts)
          .isEqualTo(new ConnectionCounts(Map.of(name("first"), 1, name("second"), 2), 2, 2, true));
      assertThat(counts.connections()).isEqualTo(3);
      await()
          .untilAsserted(() ->
              assertThat(registry.watchers(flow))
                  .isEqualTo(new WatcherCounts(Map.of(name("first"), 1, name("second"), 2), true)));
    }
    Located bob =
        firstRegistry
            .find(new ConnectionQuery("acme", null, "bob", null), null, 10)
            .connections()
            .getFirst();
    assertThat(bob.instance()).isEqualTo(name("second"));
    assertThat(bob.connection().viewer()).isEqualTo(BOB);
    assertThat(bob.connection().flows()).containsExactly(other);
  }

  /** Each page by another instance, as behind a proxy: more of one instance than a page takes. */
  @Test
  void pagesOfAnyInstanceContinueEachOther() {
    StreamId flow = open();
    IntStream.range(0, 7).forEach(i -> follow(first, ANN, flow));
    IntStream.range(0, 5).forEach(i -> follow(second, ANN, flow));
    follow(second, RIVAL, flow);
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 12);
    awaitFound(secondRegistry, ConnectionQuery.of("acme"), 12);
    List<Located> all = firstRegistry.find(ConnectionQuery.of("acme"), null, 100).connections();
    for (int limit : new int[] {1, 4, 6, 11, 12}) {
      assertThat(paged(limit)).as("pages of %d", limit).isEqualTo(all);
    }
    assertThat(all).extracting(Located::instance).isSorted();
  }

  private List<Located> paged(int limit) {
    List<Located> found = new ArrayList<>();
    ConnectionPlace after = null;
    do {
      ConnectionRegistry asked = found.size() / limit % 2 == 0 ? firstRegistry : secondRegistry;
      ConnectionPage page = asked.find(ConnectionQuery.of("acme"), after, limit);
      assertThat(page.connections()).hasSizeBetween(1, limit);
      found.addAll(page.connections());
      after = page.next();
      assertThat(
              after == null || ConnectionPlace.parse(after.toString()).orElseThrow().equals(after))
          .isTrue();
    } while (after != null);
    return found;
  }

  @Test
  void whatIsNoPlaceIsNotRead() {
    for (String text : List.of("", ".", "x", "x.", ".api-1")) {
      assertThat(ConnectionPlace.parse(text)).as(text).isEmpty();
    }
    assertThat(ConnectionPlace.parse("id.api.1")).contains(new ConnectionPlace("api.1", "id"));
  }

  @Test
  void whoLeavesIsForgottenEverywhere() {
    StreamId flow = open();
    SseStream leaving = follow(second, ANN, flow);
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 1);
    leaving.close();
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 0);
    await().until(() -> firstRegistry.watchers(flow).watchers() == 0);
  }

  @Test
  void anInstanceThatStopsTakesItsConnectionsAlong() throws Exception {
    StreamId flow = open();
    follow(second, ANN, flow);
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 1);
    secondRegistry.close();
    assertThat(firstRegistry.find(ConnectionQuery.of("acme"), null, 10).connections()).isEmpty();
    assertThat(firstRegistry.watchers(flow).instances()).isEmpty();
    assertThat(redis.jedis().exists(keys().connections(name("second")))).isFalse();
    assertThat(redis.jedis().exists(keys().watchers(flow.value()))).isFalse();
  }

  /** What nobody renews has an end: seen without waiting for it. */
  @Test
  void everythingOfADeadInstanceHasOneEnd() {
    StreamId flow = open();
    IntStream.range(0, 50).forEach(i -> follow(second, ANN, flow));
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 50);
    await().until(() -> firstRegistry.watchers(flow).watchers() == 50);
    assertThat(redis.jedis().pttl(keys().connections(name("second")))).isBetween(1L, 15_000L);
    assertThat(redis.jedis().pttl(keys().watchers(flow.value()))).isBetween(1L, 15_000L);
    // Another instance renews the flow's key, but not the dead one's entry.
    redis.jedis().hset(keys().watchers(flow.value()), name("dead"), "7 1000");
    assertThat(firstRegistry.watchers(flow).instances()).isEqualTo(Map.of(name("second"), 50));
  }

  @Test
  void whatRedisLostIsWrittenAgainAndSaidToBeMissingUntilThen() {
    StreamId flow = open();
    follow(first, ANN, flow);
    follow(second, BOB, flow);
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 2);
    redis.jedis().flushAll();
    ConnectionPage page = firstRegistry.find(ConnectionQuery.of("acme"), null, 10);
    if (page.connections().size() < 2) {
      assertThat(page.complete()).isFalse();
    }
    assertThat(page.connections()).extracting(Located::instance).contains(name("first"));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> firstRegistry.find(ConnectionQuery.of("acme"), null, 10).complete());
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 2);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> firstRegistry.watchers(flow).instances().size() == 2);
  }

  @Test
  void whileRedisIsAwayEachKnowsItsOwnAndSaysSo() {
    StreamId flow = open();
    follow(first, ANN, flow);
    follow(second, BOB, flow);
    awaitFound(firstRegistry, ConnectionQuery.of("acme"), 2);
    redisServer.kill();
    // When two servers of a cluster die at once, Jedis' pipeline throws on its own thread, too
    // (MultiNodePipelineBase.sync); its caller gets the answer that it should.
    await().dontCatchUncaughtExceptions().until(() -> !redis.health().available());
    ConnectionPage page = firstRegistry.find(ConnectionQuery.of("acme"), null, 10);
    assertThat(page.complete()).isFalse();
    assertThat(page.connections()).extracting(Located::instance).containsExactly(name("first"));
    assertThat(secondRegistry.counts("acme").instances()).isEqualTo(Map.of(name("second"), 1));
    assertThat(firstRegistry.watchers(flow))
        .isEqualTo(new WatcherCounts(Map.of(name("first"), 1), false));
    // It needs no Redis to end a user's streams.
    firstRegistry.disconnect("acme", "bob");
    await().atMost(Duration.ofSeconds(5)).until(() -> second.connections() == 0);
    assertThat(first.connections()).isEqualTo(1);
    redisServer.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> secondRegistry.find(ConnectionQuery.of("acme"), null, 10).complete());
    awaitFound(secondRegistry, ConnectionQuery.of("acme"), 1);
  }

  @Test
  void aUserIsDisconnectedEverywhereAndMayComeAgain() {
    StreamId flow = open();
    List<Client> anns =
        List.of(Client.follow(stream(first, ANN, flow)), Client.follow(stream(second, ANN, flow)));
    SseStream bob = follow(first, BOB, flow);
    SseStream rival = follow(second, RIVAL, flow);
    await().until(() -> first.connections() + second.connections() == 4);
    secondRegistry.disconnect("acme", "ann");
    for (Client ann : anns) {
      assertThat(ann.awaitEnd()).isEqualTo(StreamEnd.DISCONNECTED);
      assertThat(ann.text().substring(ann.text().lastIndexOf("\n\n", ann.text().length() - 3)))
          .startsWith("\n\nretry: ");
    }
    follow(first, ANN, flow);
    // A wish that is carried out twice would end her new stream at the next look.
    secondRegistry.disconnect("acme", "nobody");
    await()
        .during(Duration.ofMillis(2_500))
        .atMost(Duration.ofSeconds(10))
        .until(() -> first.connections() == 2 && second.connections() == 1);
    bob.close();
    rival.close();
  }

  @Test
  void aUserHasSoManyStreamsAndNoMore() {
    StreamId flow = open();
    SseBroker broker = broker(3);
    List<SseStream> anns = IntStream.range(0, 3).mapToObj(i -> stream(broker, ANN, flow)).toList();
    anns.forEach(Client::follow);
    await().until(() -> broker.connections() == 3);
    Client refused = Client.follow(stream(broker, ANN, flow));
    assertThat(refused.awaitEnd()).isEqualTo(StreamEnd.REFUSED);
    assertThat(refused.text()).matches("retry: \\d+\n\n");
    follow(broker, BOB, flow);
    await().until(() -> broker.connections() == 4);
    anns.getFirst().close();
    await().until(() -> broker.connections() == 3);
    follow(broker, ANN, flow);
    await().until(() -> broker.connections() == 4);
    assertThat(broker.refused()).isEqualTo(1);
  }

  /** All are opened before one is served: the bound holds when they begin at once. */
  @Test
  void aBoundHoldsForManyAtOnce() {
    StreamId flow = open();
    SseBroker broker = broker(10);
    CountDownLatch gate = new CountDownLatch(1);
    List<SseStream> streams =
        IntStream.range(0, 60).mapToObj(i -> stream(broker, ANN, flow)).toList();
    List<Client> clients = streams.stream().map(stream -> Client.follow(stream, gate)).toList();
    await().until(() -> broker.connections() + broker.refused() == 60);
    assertThat(broker.connections()).isEqualTo(10);
    gate.countDown();
    await().until(() -> clients.stream().filter(Client::ended).count() == 50);
    assertThat(clients.stream().filter(Client::ended).map(Client::text).distinct().count())
        .as("different times to come again")
        .isGreaterThan(20);
  }

  private static KeySpace keys() {
    return redis.keys();
  }

  private static StreamId open() {
    StreamId stream = new StreamId(Identifiers.next());
    database.useTransaction(tx -> bus.journal().open(tx, stream, "acme"));
    return stream;
  }

  private static SseStream stream(SseBroker broker, Viewer viewer, StreamId flow) {
    return broker.open(viewer, flow, EventFilter.ALL, null).orElseThrow();
  }

  private static SseStream follow(SseBroker broker, Viewer viewer, StreamId flow) {
    SseStream stream = stream(broker, viewer, flow);
    Client.follow(stream);
    return stream;
  }

  private static void awaitFound(ConnectionRegistry registry, ConnectionQuery query, int count) {
    await()
        .untilAsserted(() -> {
          ConnectionPage page = registry.find(query, null, 100);
          assertThat(page.connections()).hasSize(count);
          assertThat(page.next()).isNull();
          assertThat(page.complete()).isTrue();
        });
  }
}
