package io.skein.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.skein.events.AgentUpdate;
import io.skein.events.EventBus;
import io.skein.events.EventRetention;
import io.skein.events.EventSettings;
import io.skein.events.NewEvent;
import io.skein.events.Position;
import io.skein.events.RetentionPolicy;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.FreePort;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol;

/** Brokers of two instances on one PostgreSQL and one Redis. */
class SseBrokerTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static Database database;
  private static RedisConnections redis;
  private static EventBus firstBus;
  private static EventBus secondBus;
  private static SseBroker first;
  private static SseBroker second;

  @BeforeAll
  static void start() {
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "event-bus"));
    database = Database.open(postgres, "sse-test");
    redis =
        RedisConnections.open(
            RedisSettings.of(TestServers.redis().url()).withKeyPrefix("sse-test:"), "sse-test");
    firstBus = EventBus.start(database, redis, "first", EventSettings.defaults());
    secondBus = EventBus.start(database, redis, "second", EventSettings.defaults());
    first = broker(firstBus, settings(HOUR, HOUR));
    second = broker(secondBus, settings(HOUR, HOUR));
  }

  @AfterAll
  static void stop() {
    firstBus.close();
    secondBus.close();
    redis.close();
    database.close();
  }

  private static SseSettings settings(Duration heartbeat, Duration maxAge) {
    return new SseSettings(
        Duration.ofSeconds(2), heartbeat, maxAge, 16, 1 << 20, 50, 1 << 20, 100, 100);
  }

  private static SseBroker broker(EventBus bus, SseSettings settings) {
    return new SseBroker(
        bus,
        stream -> {
          Position position = bus.journal().position(stream).orElseThrow();
          return new Snapshot(position.stateVersion(), "{\"status\":\n\"running\"}");
        },
        settings);
  }

  @Test
  void aClientGetsTheHistoryThenWhatHappensThenTheEnd() {
    StreamId stream = open();
    append(stream, 3);
    Client client = follow(first, stream, null);
    client.awaitSequence(3);
    append(stream, 2);
    client.awaitSequence(5);
    database.useTransaction(tx -> {
      firstBus.journal().append(tx, stream, List.of(NewEvent.of("final").changingState()));
      firstBus.journal().close(tx, stream);
    });

    assertThat(client.awaitEnd()).isEqualTo(StreamEnd.FINISHED);
    assertThat(client.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    Position position = firstBus.journal().position(stream).orElseThrow();
    assertThat(client.text()).startsWith("retry: 2000\nevent: hello\ndata: {");
    assertThat(client.frames("hello").getFirst().data().toString())
        .isEqualTo("{\"from\":0,\"top\":3,\"epoch\":" + position.epoch() + ",\"lost\":false}");
    Client.Frame last = client.frames("message").getLast();
    assertThat(last.id()).isEqualTo(position.lastId().toString());
    assertThat(last.data().propertyNames())
        .containsExactly(
            "seq",
            "id",
            "type",
            "phase",
            "payload",
            "source",
            "correlationId",
            "traceparent",
            "version",
            "occurredAt");
    assertThat(last.data().path("version").asLong()).isEqualTo(6);
    assertThat(client.frames().getLast().event()).isEqualTo("end");

    SseStream again = second.open(stream, client.lastId()).orElseThrow();
    assertThat(again.finished()).isTrue();
    Client late = follow(second, stream, null);
    assertThat(late.awaitEnd()).isEqualTo(StreamEnd.FINISHED);
    assertThat(late.sequences()).isEqualTo(client.sequences());
    assertThat(second.hubs()).isZero();
  }

  @Test
  void aClientThatResumesOnTheOtherInstanceHasEverySequenceOnce() throws Exception {
    StreamId stream = open();
    Thread writing =
        Thread.ofVirtual().start(() -> IntStream.range(0, 400).forEach(i -> append(stream, 1)));
    List<Long> seen = new ArrayList<>();
    String lastId = null;
    for (int life = 0; life < 8; life++) {
      SseStream sse = (life % 2 == 0 ? first : second).open(stream, lastId).orElseThrow();
      Client client = Client.follow(sse);
      int wanted = life * 10;
      await().until(() -> client.sequences().size() > wanted || !writing.isAlive());
      sse.close();
      assertThat(client.awaitEnd()).isEqualTo(StreamEnd.CLOSED);
      seen.addAll(client.sequences());
      lastId = client.lastId().isEmpty() ? lastId : client.lastId();
    }
    writing.join();
    // The last of the lives may have heard all 400 already; one more comes for certain.
    append(stream, 1);
    Client client = follow(second, stream, lastId);
    client.awaitSequence(401);
    seen.addAll(client.sequences());
    assertThat(seen).isEqualTo(LongStream.rangeClosed(1, 401).boxed().toList());
  }

  /** The instance is cut off from Redis and asks PostgreSQL every three seconds only. */
  @Test
  void aClientThatWasAheadOfAnInstanceIsNotResetThere() {
    Stalls.repeatIfStalled(() -> { // it asks PostgreSQL only after what is looked at here
      Duration slow = Duration.ofSeconds(3);
      try (RedisConnections nowhere =
              RedisConnections.open(
                  RedisSettings.of("redis://127.0.0.1:" + FreePort.find()), "sse-test-slow");
          EventBus slowBus =
              EventBus.start(
                  database,
                  nowhere,
                  "slow",
                  EventSettings.defaults().withChecks(HOUR, HOUR, slow))) {
        SseBroker behind = broker(slowBus, settings(HOUR, HOUR));
        StreamId stream = open();
        append(stream, 3);
        Client watcher = follow(behind, stream, null);
        watcher.awaitSequence(3);
        Client ahead = follow(first, stream, null);
        append(stream, 2);
        ahead.awaitSequence(5);
        ahead.leave();

        Client resumed = follow(behind, stream, ahead.lastId());
        await().until(() -> !resumed.frames("hello").isEmpty());
        assertThat(watcher.sequences()).as("it is behind").containsExactly(1L, 2L, 3L);
        append(stream, 1);
        resumed.awaitSequence(6);
        watcher.awaitSequence(6);
        assertThat(resumed.sequences()).containsExactly(6L);
        assertThat(watcher.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        for (Client client : List.of(watcher, resumed)) {
          assertThat(client.frames("reset")).isEmpty();
          assertThat(client.frames("hello").getFirst().data().path("lost").asBoolean()).isFalse();
        }
      }
    });
  }

  /** Between the look at the position and the hub's first read: nobody may be left in silence. */
  @Test
  void aHubThatBeganInAnEpochThatWasRenewedMeanwhileIsNotSilent() {
    StreamId stream = open();
    append(stream, 3);
    SseStream early = first.open(stream, null).orElseThrow();
    database.useTransaction(tx -> tx.handle().execute("select skein_renew_epoch()"));
    append(stream, 1);
    Client watcher = Client.follow(early);
    await().until(() -> !watcher.frames("reset").isEmpty());
    Client late = follow(first, stream, null);
    late.awaitSequence(4);
    append(stream, 1);
    late.awaitSequence(5);
    watcher.awaitSequence(5);
    assertThat(late.sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void anIdThatMeansNothingResetsToThePresent() {
    StreamId stream = open();
    append(stream, 4);
    Position position = firstBus.journal().position(stream).orElseThrow();
    String epoch = position.epoch().toString();
    for (String id :
        List.of(
            "x",
            "-1",
            "4",
            epoch + ".5",
            epoch + ".-1",
            epoch + ".",
            "1.2",
            epoch + ".1.1",
            "9".repeat(100_000),
            "\0",
            " ",
            epoch + ".999999999999999999999")) {
      Client client = follow(first, stream, id);
      await().until(() -> !client.frames("reset").isEmpty());
      Client.Frame reset = client.frames("reset").getFirst();
      assertThat(reset.id()).isEqualTo(position.lastId().toString());
      assertThat(reset.data().path("state").path("status").asString()).isEqualTo("running");
      assertThat(client.frames("hello").getFirst().data().path("lost").asBoolean()).isTrue();
      assertThat(client.sequences()).isEmpty();
    }
    Client client = follow(first, stream, "nonsense");
    await().until(() -> !client.frames("reset").isEmpty());
    append(stream, 1);
    client.awaitSequence(5);
    assertThat(client.sequences()).containsExactly(5L);
    assertThat(first.open(new StreamId(Identifiers.next()), null)).isEmpty();
  }

  @Test
  void aSlowClientHoldsUpNobodyAndReadsOnFromTheJournal() {
    StreamId stream = open();
    CountDownLatch gate = new CountDownLatch(1);
    Client slow = Client.follow(first.open(stream, null).orElseThrow(), gate);
    Client quick = follow(first, stream, null);
    for (int i = 0; i < 40; i++) {
      append(stream, 10);
    }
    quick.awaitSequence(400);
    assertThat(slow.text()).isEmpty();
    gate.countDown();
    slow.awaitSequence(400);
    assertThat(slow.sequences()).isEqualTo(LongStream.rangeClosed(1, 400).boxed().toList());
    assertThat(quick.sequences()).isEqualTo(slow.sequences());
  }

  @Test
  void payloadsCannotBreakTheFrame() {
    StreamId stream = open();
    String payload = "{\"a\":\r\n \"x\\r\\n\\ndata: y\\u0000\u2028\",\n\n\"b\":1}";
    database.useTransaction(tx ->
        firstBus
            .journal()
            .append(tx, stream, List.of(NewEvent.of("a\nb\rc").withPayload(payload))));
    Client client = follow(first, stream, null);
    client.awaitSequence(1);
    Client.Frame frame = client.frames("message").getFirst();
    assertThat(frame.data().path("payload").path("a").asString())
        .isEqualTo("x\r\n\ndata: y\0\u2028");
    assertThat(frame.data().path("payload").path("b").asInt()).isEqualTo(1);
    assertThat(frame.data().path("type").asString()).isEqualTo("a\nb\rc");
  }

  @Test
  void progressReachesWhoWatchesAndWhoComesLate() {
    StreamId stream = open();
    Client early = follow(first, stream, null);
    append(stream, 1);
    early.awaitSequence(1);
    secondBus.progress().update(stream, progress(40));
    await().until(() -> !early.frames("progress").isEmpty());
    Client late = follow(second, stream, null);
    await().until(() -> !late.frames("progress").isEmpty());
    Client.Frame frame = late.frames("progress").getFirst();
    assertThat(frame.id()).isEmpty();
    assertThat(frame.data()).isEqualTo(early.frames("progress").getFirst().data());
    assertThat(frame.data().path("percent").asDouble()).isEqualTo(40);
    firstBus.progress().update(stream, progress(70));
    await()
        .until(() -> late.frames("progress").size() == 2 && early.frames("progress").size() == 2);
  }

  /** What was published while the feed was cut is heard by nobody. */
  @Test
  void progressThatWasMissedIsReadAgainWhenTheFeedIsBack() {
    StreamId stream = open();
    Client early = follow(first, stream, null);
    secondBus.progress().update(stream, progress(40));
    await().until(() -> !early.frames("progress").isEmpty());
    String agents = redis.keys().agentState(stream.value());
    String missed = redis.jedis().hget(agents, "mapper").replace("40", "90");
    redis.jedis().hset(agents, "mapper", missed);
    redis.jedis().sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "pubsub");
    await().until(() -> early.frames("progress").size() == 2);
    assertThat(early.frames("progress").getLast().data().path("percent").asDouble()).isEqualTo(90);
    Client late = follow(first, stream, null);
    await().until(() -> !late.frames("progress").isEmpty());
    assertThat(late.frames("progress").getFirst().data().path("percent").asDouble()).isEqualTo(90);
  }

  private static AgentUpdate progress(int percent) {
    return new AgentUpdate("mapper", "field_mapping", 1, percent, "running", "{}", Instant.EPOCH);
  }

  @Test
  void whoComesForEventsThatRetentionRemovedGetsTheStateAndTheEnd() {
    StreamId stream = open();
    append(stream, 3);
    database.useTransaction(tx -> firstBus.journal().close(tx, stream));
    await().until(() -> placed(stream));
    database.useTransaction(tx ->
        tx.handle()
            .execute(
                "update streams set changed_at = changed_at - interval '31 days' where id = ?",
                stream.value()));
    assertThat(new EventRetention(database, RetentionPolicy.defaults()).removeExpired())
        .isEqualTo(3);

    String epoch = firstBus.journal().position(stream).orElseThrow().epoch().toString();
    for (String last : Arrays.asList(null, epoch + ".0", epoch + ".2")) {
      Client client = follow(second, stream, last);
      await().until(() -> !client.frames("end").isEmpty());
      assertThat(client.sequences()).isEmpty();
      assertThat(client.frames("reset")).hasSize(1);
      assertThat(client.frames("reset").getFirst().id()).isEqualTo(epoch + ".3");
    }
    assertThat(second.open(stream, epoch + ".3").orElseThrow().finished()).isTrue();
  }

  private static boolean placed(StreamId stream) {
    return database.read(handle ->
        handle
            .createQuery("select exists (select from feed where stream_id = :id and to_seq = 3)")
            .bind("id", stream.value())
            .mapTo(Boolean.class)
            .one());
  }

  @Test
  void aFilteredEventStillMovesTheCursor() {
    StreamId stream = open();
    appendTyped(stream, "wanted", "mapping");
    appendTyped(stream, "wanted", "cleansing");
    appendTyped(stream, "other", "mapping");
    Client client = follow(first, stream, filter(Set.of("wanted"), Set.of("mapping")), null);
    String epoch = firstBus.journal().position(stream).orElseThrow().epoch().toString();
    await().until(() -> client.lastId().equals(epoch + ".3"));
    assertThat(client.sequences()).containsExactly(1L);
    assertThat(client.text()).endsWith("\n\nid: " + epoch + ".3\n\n").doesNotContain(epoch + ".2");

    appendTyped(stream, "wanted", null);
    await().until(() -> client.lastId().equals(epoch + ".4"));
    appendTyped(stream, "wanted", "mapping");
    client.awaitSequence(5);
    assertThat(client.sequences()).containsExactly(1L, 5L);

    Client resumed =
        follow(second, stream, filter(Set.of("other", "unknown"), Set.of()), epoch + ".1");
    resumed.awaitSequence(3);
    await().until(() -> resumed.lastId().equals(epoch + ".5"));
    assertThat(resumed.sequences()).containsExactly(3L);
  }

  /** The ring of these brokers has 16 events and a page 50. */
  @Test
  void aFilteredEventMovesTheCursorThroughTheJournalToo() {
    StreamId stream = open();
    Client watcher = follow(first, stream, null);
    for (int i = 0; i < 12; i++) {
      append(stream, 10);
      appendTyped(stream, "wanted", null);
    }
    watcher.awaitSequence(132);
    Client client = follow(first, stream, filter(Set.of("wanted"), Set.of()), null);
    client.awaitSequence(132);
    assertThat(client.sequences())
        .isEqualTo(LongStream.rangeClosed(1, 12).map(n -> n * 11).boxed().toList());
    Client nothing = follow(first, stream, filter(Set.of("nothing"), Set.of()), null);
    await().until(() -> nothing.lastId().endsWith(".132"));
    assertThat(nothing.sequences()).isEmpty();
    assertThat(nothing.frames()).hasSizeLessThan(8);
  }

  @Test
  void theEndAndTheProgressOfWantedPhasesPassAFilter() {
    StreamId stream = open();
    Client mapping = follow(first, stream, filter(Set.of(), Set.of("field_mapping")), null);
    Client cleansing = follow(first, stream, filter(Set.of(), Set.of("cleansing")), null);
    append(stream, 1);
    await().until(() -> cleansing.lastId().endsWith(".1") && mapping.lastId().endsWith(".1"));
    secondBus.progress().update(stream, progress(40));
    await().until(() -> !mapping.frames("progress").isEmpty());
    database.useTransaction(tx -> {
      firstBus.journal().append(tx, stream, List.of(NewEvent.of("final").changingState()));
      firstBus.journal().close(tx, stream);
    });
    assertThat(mapping.awaitEnd()).isEqualTo(StreamEnd.FINISHED);
    assertThat(cleansing.awaitEnd()).isEqualTo(StreamEnd.FINISHED);
    assertThat(cleansing.frames("progress")).isEmpty();
    assertThat(cleansing.frames().getLast().event()).isEqualTo("end");
    assertThat(cleansing.lastId()).endsWith(".2");
  }

  @Test
  void aFilterIsBounded() {
    Set<String> fifty = IntStream.range(0, 50).mapToObj(i -> "t" + i).collect(Collectors.toSet());
    assertThat(filter(fifty, Set.of("p".repeat(200))).types()).hasSize(50);
    Set<String> more = new HashSet<>(fifty);
    more.add("one more");
    assertThatIllegalArgumentException().isThrownBy(() -> filter(more, Set.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> filter(Set.of(), Set.of("p".repeat(201))));
  }

  private static EventFilter filter(Set<String> types, Set<String> phases) {
    return new EventFilter(types, phases);
  }

  private static void appendTyped(StreamId stream, String type, @Nullable String phase) {
    database.useTransaction(
        tx -> firstBus.journal().append(tx, stream, List.of(NewEvent.of(type).withPhase(phase))));
  }

  @Test
  void silenceIsFilledWithHeartbeatsAndAgeEndsAStream() {
    StreamId stream = open();
    SseBroker broker = broker(firstBus, settings(Duration.ofMillis(50), Duration.ofSeconds(3)));
    Client client = follow(broker, stream, null);
    assertThat(client.awaitEnd()).isEqualTo(StreamEnd.AGED);
    assertThat(client.text()).contains("\n\n:\n\n").endsWith("retry: 2000\n\n");
  }

  @Test
  void aClientThatLeavesIsForgotten() {
    StreamId stream = open();
    SseBroker broker = broker(firstBus, settings(HOUR, HOUR));
    Client client = follow(broker, stream, null);
    append(stream, 1);
    client.awaitSequence(1);
    assertThat(broker.connections()).isEqualTo(1);
    client.leave();
    append(stream, 1);
    assertThat(client.awaitEnd()).isEqualTo(StreamEnd.CLIENT_LEFT);
    assertThat(broker.connections()).isZero();
    assertThat(broker.hubs()).isZero();
  }

  @Test
  void drainEndsAllWithARetryOfTheirOwnAndRefusesNewOnes() throws Exception {
    StreamId stream = open();
    SseBroker broker = broker(firstBus, settings(HOUR, HOUR));
    List<Client> clients =
        IntStream.range(0, 20).mapToObj(i -> follow(broker, stream, null)).toList();
    await().until(() -> broker.connections() == 20);
    broker.drain(Duration.ofMillis(200));
    await().untilAsserted(() -> assertThat(broker.connections()).isZero());
    assertThat(clients)
        .allSatisfy(client -> assertThat(client.awaitEnd()).isEqualTo(StreamEnd.DRAINED));
    assertThat(
            clients.stream()
                .map(client -> client.text().substring(client.text().lastIndexOf("retry")))
                .distinct()
                .count())
        .isGreaterThan(10);
    Client refused = follow(broker, stream, null);
    assertThat(refused.awaitEnd()).isEqualTo(StreamEnd.REFUSED);
    assertThat(refused.text()).startsWith("retry: ");
    assertThat(broker.refused()).isEqualTo(1);
  }

  @Test
  void aHundredClientsShareOneHub() {
    StreamId stream = open();
    SseBroker broker = broker(secondBus, settings(HOUR, HOUR));
    List<Client> clients =
        IntStream.range(0, 100).mapToObj(i -> follow(broker, stream, null)).toList();
    await().until(() -> broker.connections() == 100);
    assertThat(follow(broker, stream, null).awaitEnd()).isEqualTo(StreamEnd.REFUSED);
    for (int i = 0; i < 20; i++) {
      append(stream, 5);
    }
    for (Client client : clients) {
      client.awaitSequence(100);
      assertThat(client.sequences()).isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
    }
    assertThat(broker.hubs()).isEqualTo(1);
  }

  private static StreamId open() {
    StreamId stream = new StreamId(Identifiers.next());
    database.useTransaction(tx -> firstBus.journal().open(tx, stream, "demo"));
    return stream;
  }

  private static void append(StreamId stream, int count) {
    List<NewEvent> events = IntStream.range(0, count).mapToObj(i -> NewEvent.of("x")).toList();
    database.useTransaction(tx -> firstBus.journal().append(tx, stream, events));
  }

  private static Client follow(SseBroker broker, StreamId stream, @Nullable String lastEventId) {
    return Client.follow(broker.open(stream, lastEventId).orElseThrow());
  }

  private static Client follow(
      SseBroker broker, StreamId stream, EventFilter filter, @Nullable String lastEventId) {
    return Client.follow(broker.open(Viewer.UNKNOWN, stream, filter, lastEventId).orElseThrow());
  }
}
