package io.skein.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.skein.events.EventBus;
import io.skein.events.EventSettings;
import io.skein.events.FeedHead;
import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of several flows, and of a whole engagement, on two instances. */
class FeedStreamTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Map<StreamId, String> ENGAGEMENTS = new ConcurrentHashMap<>();

  private static Database database;
  private static RedisConnections redis;
  private static EventBus firstBus;
  private static EventBus secondBus;
  private static SseBroker first;
  private static SseBroker second;

  private String tenant;
  private Viewer ann;

  /** As the service's own table would answer. */
  private static final FeedFlows FLOWS =
      new FeedFlows() {
        @Override
        public Map<StreamId, String> engagements(Collection<StreamId> flows) {
          Map<StreamId, String> found = new HashMap<>(ENGAGEMENTS);
          found.keySet().retainAll(flows);
          return found;
        }

        @Override
        public String snapshot(Viewer viewer, Set<StreamId> flows) {
          return "{\"engagement\":\"%s\",\"flows\":%d}"
              .formatted(viewer.engagement(), flows.size());
        }
      };

  @BeforeAll
  static void start() {
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "event-bus"));
    database = Database.open(postgres, "feed-stream-test");
    redis =
        RedisConnections.open(
            RedisSettings.of(TestServers.redis().url()).withKeyPrefix("feed-stream-test:"),
            "feed-stream-test");
    firstBus = EventBus.start(database, redis, "first", EventSettings.defaults());
    secondBus = EventBus.start(database, redis, "second", EventSettings.defaults());
    first = broker(firstBus);
    second = broker(secondBus);
  }

  @AfterAll
  static void stop() {
    firstBus.close();
    secondBus.close();
    redis.close();
    database.close();
  }

  @BeforeEach
  void another() {
    tenant = "tenant-" + Identifiers.next();
    ann = new Viewer(tenant, "lift", "ann", "10.0.0.1");
  }

  private static SseBroker broker(EventBus bus) {
    SseSettings settings =
        new SseSettings(Duration.ofSeconds(2), HOUR, HOUR, 16, 1 << 20, 50, 1 << 20, 100, 50);
    return new SseBroker(bus, stream -> new Snapshot(0, "{}"), FLOWS, settings);
  }

  @Test
  void aClientGetsTheChosenFlowsAndNoOther() {
    StreamId one = open("lift");
    StreamId two = open("lift");
    StreamId other = open("lift");
    append(one, 2);
    append(other, 3);
    Client client = follow(first, Set.of(one, two), EventFilter.ALL, null);
    awaitSequences(client, one, 2);
    append(two, 1);
    append(other, 1);
    append(one, 1);
    awaitSequences(client, one, 3);
    awaitSequences(client, two, 1);
    assertThat(sequences(client, other)).isEmpty();
    Client.Frame hello = client.frames("hello").getFirst();
    assertThat(hello.data().path("from").asString()).isEqualTo("0.0");
    assertThat(hello.data().path("lost").asBoolean()).isFalse();
    Client.Frame frame = client.frames("message").getFirst();
    String epoch = firstBus.tenantFeed().head(tenant).epoch().toString();
    assertThat(frame.id()).isEqualTo(epoch + ".1.1");
    assertThat(frame.data().path("id").asString()).isEqualTo(epoch + ".1");
  }

  @Test
  void withoutEngagementsAViewerSeesTheWholeTenantAndNeedsOne() {
    SseBroker plain =
        new SseBroker(firstBus, stream -> new Snapshot(0, "{}"), SseSettings.defaults());
    StreamId stream = open("lift");
    append(stream, 2);
    Client client = follow(plain, Set.of(), EventFilter.ALL, null);
    awaitSequences(client, stream, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.openFeed(Viewer.UNKNOWN, Set.of(), EventFilter.ALL, null));
  }

  /** A bug in a chosen list must not show what is not the viewer's. */
  @Test
  void aWholeEngagementIsShownAndNothingOfOthers() {
    StreamId ours = open("lift");
    StreamId theirs = open("shift");
    StreamId nobodys = open(null);
    Client client = follow(first, Set.of(), EventFilter.ALL, null);
    Client careless = follow(second, Set.of(ours, theirs), EventFilter.ALL, null);
    append(theirs, 2);
    append(nobodys, 2);
    append(ours, 2);
    for (Client one : List.of(client, careless)) {
      awaitSequences(one, ours, 2);
      assertThat(sequences(one, theirs)).isEmpty();
      assertThat(sequences(one, nobodys)).isEmpty();
    }
    StreamId later = open("lift");
    append(later, 1);
    awaitSequences(client, later, 1);
    assertThat(sequences(careless, later)).isEmpty();
    // The same from the journal: the ring of these brokers has 16 events.
    append(theirs, 30);
    append(ours, 30);
    awaitSequences(client, ours, 32);
    Client late = follow(first, Set.of(), EventFilter.ALL, null);
    awaitSequences(late, ours, 32);
    assertThat(sequences(late, theirs)).isEmpty();
  }

  @Test
  void aClientThatResumesOnTheOtherInstanceHasEveryEventOnce() throws Exception {
    List<StreamId> flows = IntStream.range(0, 5).mapToObj(i -> open("lift")).toList();
    Thread writing =
        Thread.ofVirtual()
            .start(() -> IntStream.range(0, 300).forEach(i -> append(flows.get(i % 5), 1 + i % 3)));
    Map<StreamId, List<Long>> seen = new HashMap<>();
    String lastId = null;
    for (int life = 0; life < 8; life++) {
      SseBroker broker = life % 2 == 0 ? first : second;
      SseStream stream = broker.openFeed(ann, Set.copyOf(flows), EventFilter.ALL, lastId);
      Client client = Client.follow(stream);
      int wanted = life * 20;
      await().until(() -> client.sequences().size() > wanted || !writing.isAlive());
      stream.close();
      assertThat(client.awaitEnd()).isEqualTo(StreamEnd.CLOSED);
      flows.forEach(flow ->
          seen.computeIfAbsent(flow, f -> new ArrayList<>()).addAll(sequences(client, flow)));
      lastId = client.lastId().isEmpty() ? lastId : client.lastId();
    }
    writing.join();
    flows.forEach(flow -> append(flow, 1));
    Client last = follow(first, Set.copyOf(flows), EventFilter.ALL, lastId);
    for (StreamId flow : flows) {
      long top = firstBus.journal().position(flow).orElseThrow().last().value();
      await().until(() -> sequences(last, flow).contains(top));
      List<Long> all = seen.getOrDefault(flow, new ArrayList<>());
      all.addAll(sequences(last, flow));
      assertThat(all).isEqualTo(LongStream.rangeClosed(1, top).boxed().toList());
    }
  }

  @Test
  void anIdThatMeansNothingResetsToThePresent() {
    StreamId flow = open("lift");
    append(flow, 3);
    await().until(() -> firstBus.tenantFeed().head(tenant).top().position() == 1);
    FeedHead head = firstBus.tenantFeed().head(tenant);
    String epoch = head.epoch().toString();
    for (String id :
        List.of(
            "now",
            "-1",
            epoch + ".1",
            epoch + ".2.1",
            epoch + ".1.4",
            epoch + ".1.-1",
            epoch + ".1.",
            "1.1.1",
            epoch + ".1.1.1",
            "9".repeat(100_000),
            "\0",
            " ",
            epoch + ".1.999999999999999999999")) {
      Client client = follow(first, Set.of(flow), EventFilter.ALL, id);
      await().until(() -> !client.frames("reset").isEmpty());
      Client.Frame reset = client.frames("reset").getFirst();
      assertThat(reset.id()).isEqualTo(epoch + "." + head.top());
      assertThat(reset.data().path("state").path("flows").asInt()).isEqualTo(1);
      assertThat(client.frames("hello").getFirst().data().path("lost").asBoolean()).isTrue();
      assertThat(client.sequences()).isEmpty();
      client.leave();
    }
    Client client = follow(first, Set.of(), EventFilter.ALL, "nonsense");
    await().until(() -> !client.frames("reset").isEmpty());
    append(flow, 1);
    awaitSequences(client, flow, 4, 4);
  }

  @Test
  void behindWhatRetentionRemovedAClientIsReset() {
    StreamId flow = open("lift");
    append(flow, 2);
    append(flow, 2);
    await().until(() -> firstBus.tenantFeed().head(tenant).top().position() == 2);
    String epoch = firstBus.tenantFeed().head(tenant).epoch().toString();
    database.useTransaction(tx ->
        tx.handle()
            .execute(
                "update feed_heads set floor_position = 1, floor_seq = 2 where tenant = ?",
                tenant));
    Client behind = follow(first, Set.of(flow), EventFilter.ALL, epoch + ".1.1");
    await().until(() -> !behind.frames("reset").isEmpty());
    assertThat(behind.lastId()).isEqualTo(epoch + ".2.4");
    Client atTheFloor = follow(second, Set.of(flow), EventFilter.ALL, epoch + ".1.2");
    awaitSequences(atTheFloor, flow, 3, 4);
    assertThat(atTheFloor.frames("reset")).isEmpty();
  }

  @Test
  void aRenewedEpochResetsWhoIsConnected() {
    StreamId flow = open("lift");
    append(flow, 2);
    Client client = follow(first, Set.of(flow), EventFilter.ALL, null);
    awaitSequences(client, flow, 2);
    database.useTransaction(
        tx -> tx.handle().createQuery("select skein_renew_epoch()").mapTo(Long.class).one());
    append(flow, 1);
    await().atMost(Duration.ofSeconds(15)).until(() -> !client.frames("reset").isEmpty());
    append(flow, 1);
    await().until(() -> client.lastId().endsWith(".4"));
    assertThat(client.frames("reset")).hasSize(1);
    assertThat(sequences(client, flow)).startsWith(1L, 2L).endsWith(4L);
  }

  @Test
  void aFilteredEventStillMovesTheCursor() {
    StreamId flow = open("lift");
    append(flow, 60);
    Client client = follow(first, Set.of(), new EventFilter(Set.of("nothing"), Set.of()), null);
    await().until(() -> client.lastId().endsWith(".60"));
    append(flow, 1);
    await().until(() -> client.lastId().endsWith(".61"));
    assertThat(client.sequences()).isEmpty();
  }

  @Test
  void fiftyFlowsOfManyAreReadWithoutTheRest() {
    List<StreamId> flows = IntStream.range(0, 100).mapToObj(i -> open("lift")).toList();
    flows.forEach(flow -> append(flow, 10));
    Set<StreamId> chosen = Set.copyOf(flows.subList(0, 50));
    Client client = follow(first, chosen, EventFilter.ALL, null);
    await().atMost(Duration.ofSeconds(20)).until(() -> client.sequences().size() == 500);
    assertThat(
            client.frames("message").stream()
                .filter(frame -> frame.fields().containsKey("data"))
                .map(frame -> StreamId.parse(frame.data().path("flowId").asString()))
                .collect(Collectors.toSet()))
        .isEqualTo(chosen);
  }

  @Test
  void aHubIsSharedAndGoesWithItsLastWatcherAndDrainEndsIt() throws Exception {
    StreamId flow = open("lift");
    append(flow, 1);
    SseBroker broker = broker(secondBus);
    List<Client> clients =
        IntStream.range(0, 20)
            .mapToObj(
                i -> follow(broker, i % 2 == 0 ? Set.of(flow) : Set.of(), EventFilter.ALL, null))
            .toList();
    clients.forEach(client -> awaitSequences(client, flow, 1));
    assertThat(broker.hubs()).isEqualTo(1);
    broker.drain(Duration.ofMillis(100));
    clients.forEach(client -> assertThat(client.awaitEnd()).isEqualTo(StreamEnd.DRAINED));
    await().untilAsserted(() -> assertThat(broker.hubs()).isZero());
    Client refused = follow(broker, Set.of(flow), EventFilter.ALL, null);
    assertThat(refused.awaitEnd()).isEqualTo(StreamEnd.REFUSED);
  }

  private StreamId open(@Nullable String engagement) {
    StreamId stream = new StreamId(Identifiers.next());
    database.useTransaction(tx -> firstBus.journal().open(tx, stream, tenant));
    if (engagement != null) {
      ENGAGEMENTS.put(stream, engagement);
    }
    return stream;
  }

  private static void append(StreamId stream, int count) {
    List<NewEvent> events = IntStream.range(0, count).mapToObj(i -> NewEvent.of("tick")).toList();
    database.useTransaction(tx -> firstBus.journal().append(tx, stream, events));
  }

  private Client follow(
      SseBroker broker, Set<StreamId> flows, EventFilter filter, @Nullable String lastEventId) {
    return Client.follow(broker.openFeed(ann, flows, filter, lastEventId));
  }

  private static List<Long> sequences(Client client, StreamId flow) {
    return client.frames("message").stream()
        .filter(frame -> frame.fields().containsKey("data"))
        .filter(frame -> frame.data().path("flowId").asString().equals(flow.toString()))
        .map(frame -> frame.data().path("seq").asLong())
        .toList();
  }

  private static void awaitSequences(Client client, StreamId flow, long last) {
    awaitSequences(client, flow, 1, last);
  }

  private static void awaitSequences(Client client, StreamId flow, long from, long last) {
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() ->
            assertThat(sequences(client, flow))
                .isEqualTo(LongStream.rangeClosed(from, last).boxed().toList()));
  }
}
