package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Identifiers;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The feed of a tenant: all of its streams, each in order, every event once, on any instance. */
class TenantFeedTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static PostgresSettings postgres;
  private String tenant;
  private RedisServer server;
  private Instance writer;
  private Instance watcher;

  @BeforeAll
  static void migrate() {
    postgres = Instance.newDatabase();
  }

  @BeforeEach
  void start() {
    tenant = Identifiers.next().toString();
    server = TestServers.newRedis();
    RedisSettings redis = RedisSettings.of(server.url());
    writer = Instance.start(postgres, redis, "writer", EventSettings.defaults());
    watcher = Instance.start(postgres, redis, "watcher", EventSettings.defaults());
  }

  @AfterEach
  void stop() {
    writer.close();
    watcher.close();
    server.close();
  }

  @Test
  void oneTenantsBacklogDoesNotHoldUpAnother() {
    StreamId busy = writer.open("a-" + tenant);
    StreamId quiet = writer.open("b-" + tenant);
    writer.database.useTransaction(tx ->
        tx.handle()
            .execute(
                """
                do $$ begin
                  for n in 1..8000 loop perform skein_append('%s', 'x'); end loop;
                  perform skein_append('%s', 'x');
                end $$
                """
                    .formatted(busy, quiet)));
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> watcher.bus.tenantFeed().head("b-" + tenant).top().position() == 1);
    assertThat(watcher.bus.tenantFeed().head("a-" + tenant).top().position())
        .as("the backlog is still being placed")
        .isLessThan(8_000);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> watcher.bus.tenantFeed().head("a-" + tenant).top().position() == 8_000);
  }

  @Test
  void whatWasNotToldIsReadWhenTheGateOpensAgain() {
    RedisSettings redis = RedisSettings.of(server.url());
    try (Instance alone = Instance.start(postgres, redis, "alone", Instance.REDIS_ALONE)) {
      StreamId stream = writer.open(tenant);
      FeedRecorder recorder = watch(alone, FeedPosition.START);
      await().atMost(SOON).until(() -> alone.bus.feed().live());
      writer.append(stream, NewEvent.of("x"));
      await().atMost(SOON).until(() -> recorder.entries.size() == 1);
      writer.database.useTransaction(tx -> { // placed before anybody can see it, so nobody tells
        tx.handle().execute("select skein_append('%s', 'x')".formatted(stream));
        tx.handle().execute("select skein_place_feed('%s', 10)".formatted(tenant));
      });
      alone.redis.gate(Feature.EVENT_BUS).enable(false);
      alone.redis.gate(Feature.EVENT_BUS).enable(true);
      await().atMost(SOON).until(() -> recorder.entries.size() == 2);
    }
  }

  @Test
  void writersOnTwoInstancesAndPlainSqlAreSeenInOneOrderByAll() throws Exception {
    List<StreamId> streams = IntStream.range(0, 20).mapToObj(i -> writer.open(tenant)).toList();
    FeedRecorder early = watch(watcher, FeedPosition.START);
    FeedRecorder elsewhere = watch(writer, FeedPosition.START);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Instance instance = i % 2 == 0 ? writer : watcher;
      boolean silent = i >= 4;
      writers.add(Thread.ofVirtual().start(() -> write(instance, streams, silent)));
    }
    await().until(() -> early.entries.size() > 100);
    FeedRecorder joining = watch(watcher, early.entries.get(50).place());
    for (Thread thread : writers) {
      thread.join();
    }
    int all = 6 * 20 * 20 * 2;
    await().atMost(SOON).until(() -> early.entries.size() >= all);
    await().atMost(SOON).until(() -> elsewhere.entries.size() >= all);
    await().atMost(SOON).until(() -> joining.entries.size() >= all - 51);

    assertThat(early.places()).isSorted().doesNotHaveDuplicates().hasSize(all);
    assertThat(elsewhere.entries).isEqualTo(early.entries);
    assertThat(joining.entries).isEqualTo(early.entries.subList(51, all));
    for (StreamId stream : streams) {
      assertThat(early.sequencesOf(stream))
          .isEqualTo(LongStream.rangeClosed(1, 240).boxed().toList());
    }
    assertThat(watcher.bus.tenantFeed().head(tenant).top())
        .isEqualTo(early.entries.getLast().place());
    assertThat(early.resets).isEmpty();
  }

  private static void write(Instance instance, List<StreamId> streams, boolean silent) {
    for (int round = 0; round < 20; round++) {
      for (StreamId stream : streams) {
        if (silent) {
          instance.appendWithoutRelay(stream, NewEvent.of("a"), NewEvent.of("b"));
        } else {
          instance.append(stream, NewEvent.of("a"), NewEvent.of("b").changingState());
        }
      }
    }
  }

  @Test
  void eventsArriveAtOnceAndThoseOfPlainSqlWithinASecond() {
    Stalls.repeatIfStalled(() -> {
      tenant = Identifiers.next().toString();
      StreamId stream = writer.open(tenant);
      FeedRecorder recorder = watch(watcher, FeedPosition.START);
      await().until(() -> watcher.bus.feed().live());
      writer.appendWithoutRelay(stream, NewEvent.of("somebody places"));
      await().atMost(SOON).until(() -> recorder.entries.size() == 1);
      for (int i = 2; i <= 21; i++) {
        int expected = i;
        if (i % 2 == 0) {
          writer.append(stream, NewEvent.of("x"));
        } else {
          writer.appendWithoutRelay(stream, NewEvent.of("x"));
        }
        await()
            .atMost(Duration.ofSeconds(1))
            .pollInterval(Duration.ofMillis(5))
            .until(() -> recorder.entries.size() == expected);
      }
    });
  }

  @Test
  void goesOnWithoutRedisAndAfterItsLoss() {
    StreamId stream = writer.open(tenant);
    FeedRecorder recorder = watch(watcher, FeedPosition.START);
    for (int i = 1; i <= 100; i++) {
      writer.append(stream, NewEvent.of("x"));
      if (i == 30) {
        server.flush();
      } else if (i == 60) {
        server.kill();
      }
    }
    await().atMost(SOON).until(() -> recorder.entries.size() == 100);
    await().atMost(SOON).until(() -> !watcher.bus.feed().live());
    Stalls.repeatIfStalled(() -> {
      long away = writer.append(stream, NewEvent.of("away")).last().value();
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> recorder.sequencesOf(stream).contains(away));
    });
    server.start();
    await().atMost(SOON).until(() -> watcher.bus.feed().live());
    long back = writer.append(stream, NewEvent.of("back")).last().value();
    await().atMost(SOON).until(() -> recorder.entries.size() == back);
    assertThat(recorder.sequencesOf(stream))
        .isEqualTo(LongStream.rangeClosed(1, back).boxed().toList());
  }

  @Test
  void aPageEndsWithinAnAppendAndGoesOnThere() {
    StreamId first = writer.open(tenant);
    StreamId second = writer.open(tenant);
    NewEvent[] many =
        IntStream.range(0, 700).mapToObj(i -> NewEvent.of("m")).toArray(NewEvent[]::new);
    writer.append(first, many);
    writer.append(second, NewEvent.of("x"));
    writer.append(first, many);
    await().until(() -> watcher.bus.tenantFeed().head(tenant).top().position() == 3);

    List<FeedEntry> read = new ArrayList<>();
    FeedPosition after = FeedPosition.START;
    List<FeedEntry> page = watcher.bus.tenantFeed().read(tenant, after, 301);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(301);
      read.addAll(page);
      page = watcher.bus.tenantFeed().read(tenant, read.getLast().place(), 301);
    }
    assertThat(read).hasSize(1401);
    assertThat(read.stream().map(FeedEntry::place)).isSorted().doesNotHaveDuplicates();
    assertThat(read.get(700).event().stream()).isEqualTo(second);
    assertThat(read.getLast().place()).isEqualTo(new FeedPosition(3, 1400));
  }

  @Test
  void pagesOfLargeEventsAreShort() {
    StreamId stream = writer.open(tenant);
    NewEvent large = NewEvent.of("large").withPayload("{\"a\":\"" + "x".repeat(900_000) + "\"}");
    for (int i = 0; i < 12; i++) {
      writer.append(stream, large);
    }
    FeedRecorder recorder = watch(watcher, FeedPosition.START);
    await().atMost(SOON).until(() -> recorder.entries.size() == 12);
    assertThat(watcher.bus.tenantFeed().read(tenant, FeedPosition.START, 500))
        .hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void aListenerThatFailsIsToldAgainAndItsNeighbourIsNot() {
    StreamId stream = writer.open(tenant);
    FeedRecorder neighbour = watch(watcher, FeedPosition.START);
    FeedRecorder taken = new FeedRecorder();
    AtomicBoolean refused = new AtomicBoolean();
    watcher
        .bus
        .tenantFeed()
        .subscribe(
            tenant,
            FeedPosition.START,
            new FeedListener() {
              @Override
              public void entries(List<FeedEntry> entries) {
                if (entries.getLast().event().seq() >= 20 && refused.compareAndSet(false, true)) {
                  throw new IllegalStateException("on purpose");
                }
                taken.entries(entries);
              }

              @Override
              public void reset(FeedHead head) {
                taken.reset(head);
              }
            });
    for (int i = 0; i < 40; i++) {
      writer.append(stream, NewEvent.of("x"));
    }
    await().atMost(SOON).until(() -> taken.entries.size() == 40 && neighbour.entries.size() == 40);
    assertThat(taken.entries).isEqualTo(neighbour.entries);
    assertThat(refused).isTrue();
  }

  @Test
  void aPlaceThatNeverWasAndARenewedEpochReset() {
    StreamId stream = writer.open(tenant);
    writer.append(stream, NewEvent.of("x"));
    await().until(() -> watcher.bus.tenantFeed().head(tenant).top().position() == 1);
    FeedRecorder ahead = watch(watcher, new FeedPosition(1000, 7));
    await().until(() -> ahead.resets.size() == 1);
    FeedRecorder steady = watch(watcher, ahead.resets.getFirst().top());
    writer.append(stream, NewEvent.of("x"));
    await().atMost(SOON).until(() -> steady.entries.size() == 1);

    long renewed =
        writer.database.inTransaction(
            tx -> tx.handle().createQuery("select skein_renew_epoch()").mapTo(Long.class).one());
    await().atMost(SOON).until(() -> steady.resets.size() == 1 && ahead.resets.size() == 2);
    assertThat(steady.resets.getFirst().epoch()).isEqualTo(new Epoch(renewed));
    writer.append(stream, NewEvent.of("x"));
    await().atMost(SOON).until(() -> steady.entries.size() == 2);
    assertThat(steady.sequencesOf(stream)).containsExactly(2L, 3L);
  }

  @Test
  void tenantsAreApartAndAClosedSubscriptionIsSilent() {
    StreamId mine = writer.open(tenant);
    StreamId theirs = writer.open(Identifiers.next().toString());
    FeedRecorder recorder = watch(watcher, FeedPosition.START);
    FeedRecorder closed = new FeedRecorder();
    var subscription = watcher.bus.tenantFeed().subscribe(tenant, FeedPosition.START, closed);
    writer.append(theirs, NewEvent.of("x"));
    writer.append(mine, NewEvent.of("x"));
    await().atMost(SOON).until(() -> recorder.entries.size() == 1 && closed.entries.size() == 1);
    subscription.close();
    writer.append(mine, NewEvent.of("y"));
    await().atMost(SOON).until(() -> recorder.entries.size() == 2);
    assertThat(closed.entries).hasSize(1);
    assertThat(recorder.entries).allMatch(entry -> entry.event().stream().equals(mine));
  }

  @Test
  void manyPlacersGiveEachAppendOnePosition() throws Exception {
    ConcurrentHashMap<Long, Boolean> seen = new ConcurrentHashMap<>();
    List<StreamId> streams = IntStream.range(0, 8).mapToObj(i -> writer.open(tenant)).toList();
    List<Thread> threads = new ArrayList<>();
    AtomicBoolean writing = new AtomicBoolean(true);
    for (int i = 0; i < 3; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                while (writing.get()) {
                  placeSome();
                }
              }));
    }
    for (int round = 0; round < 50; round++) {
      streams.forEach(stream -> writer.appendWithoutRelay(stream, NewEvent.of("x")));
    }
    writing.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
    await().until(() -> watcher.bus.tenantFeed().head(tenant).top().position() == 400);
    watcher
        .bus
        .tenantFeed()
        .read(tenant, FeedPosition.START, 1000)
        .forEach(entry -> seen.put(entry.place().position(), true));
    assertThat(seen).hasSize(400);
  }

  private void placeSome() {
    writer.database.useTransaction(tx ->
        tx.handle()
            .createQuery("select placed from skein_place_feed(:tenant, 7)")
            .bind("tenant", tenant)
            .mapTo(Long.class)
            .one());
  }

  private FeedRecorder watch(Instance instance, FeedPosition after) {
    FeedRecorder recorder = new FeedRecorder();
    instance.bus.tenantFeed().subscribe(tenant, after, recorder);
    return recorder;
  }
}
