package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.params.XAddParams;

/** Two instances on one Redis that stays: who watches sees everything, once and in order. */
class EventBusTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static PostgresSettings postgres;
  private static Instance writer;
  private static Instance watcher;

  @BeforeAll
  static void start() {
    postgres = Instance.newDatabase();
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("bus-test:");
    // Redis alone carries these tests, but where they say otherwise.
    writer = Instance.start(postgres, redis, "writer", Instance.REDIS_ALONE);
    watcher = Instance.start(postgres, redis, "watcher", Instance.REDIS_ALONE);
    await().until(() -> writer.bus.feed().live() && watcher.bus.feed().live());
  }

  @AfterAll
  static void stop() {
    writer.close();
    watcher.close();
  }

  @Test
  void fourWritersAndWatchersOnBothInstancesSeeTheSameRecord() throws Exception {
    List<StreamId> streams = IntStream.range(0, 10).mapToObj(i -> writer.open()).toList();
    List<Recorder> recorders = new ArrayList<>();
    for (StreamId stream : streams) {
      recorders.add(writer.watch(stream, 0));
      recorders.add(watcher.watch(stream, 0));
    }
    List<Thread> writers =
        IntStream.range(0, 4)
            .mapToObj(
                i -> Thread.ofVirtual().start(() -> write(i % 2 == 0 ? writer : watcher, streams)))
            .toList();
    for (Thread thread : writers) {
      thread.join();
    }
    for (Recorder recorder : recorders) {
      recorder.awaitExactly(1, 120, SOON);
    }
    assertThat(recorders.getFirst().events)
        .isEqualTo(writer.bus.journal().read(streams.getFirst(), Sequence.START, 1000));
  }

  private static void write(Instance instance, List<StreamId> streams) {
    for (int round = 0; round < 10; round++) {
      for (StreamId stream : streams) {
        instance.append(stream, NewEvent.of("a"), NewEvent.of("b").changingState());
        instance.append(stream, NewEvent.of("c"));
      }
    }
  }

  @Test
  void redisAloneDeliversAtOnce() {
    Stalls.repeatIfStalled(() -> {
      StreamId stream = writer.open();
      Recorder recorder = watcher.watch(stream, 0);
      writer.append(stream, NewEvent.of("warm"));
      recorder.awaitExactly(1, 1, SOON);
      for (int i = 2; i <= 50; i++) {
        writer.append(stream, NewEvent.of("x"));
        recorder.awaitExactly(1, i, Duration.ofMillis(1000));
      }
    });
  }

  @Test
  void aResumedSubscriptionGetsEverySequenceOnce() {
    StreamId stream = writer.open();
    Recorder first = watcher.watch(stream, 0);
    for (int i = 0; i < 20; i++) {
      writer.append(stream, NewEvent.of("x"), NewEvent.of("y"));
    }
    first.awaitExactly(1, 40, SOON);
    Subscription subscription = first.subscription;
    assertThat(subscription).isNotNull();
    subscription.close();
    writer.append(stream, NewEvent.of("missed"), NewEvent.of("missed"));

    Recorder resumed = writer.watch(stream, 40);
    Recorder late = watcher.watch(stream, 17);
    writer.append(stream, NewEvent.of("z"));
    resumed.awaitExactly(41, 43, SOON);
    late.awaitExactly(18, 43, SOON);
    assertThat(first.sequences()).hasSize(40);
  }

  @Test
  void subscriptionsBegunWhileEventsAreWrittenMissNone() throws Exception {
    StreamId stream = writer.open();
    List<Recorder> recorders = new ArrayList<>();
    Thread writing =
        Thread.ofVirtual()
            .start(() ->
                IntStream.range(0, 300).forEach(i -> writer.append(stream, NewEvent.of("x"))));
    while (writing.isAlive()) {
      recorders.add(watcher.watch(stream, 0));
      writing.join(Duration.ofMillis(20));
    }
    for (Recorder recorder : recorders) {
      recorder.awaitExactly(1, 300, SOON);
    }
  }

  @Test
  void largeEventsAndManyAtOnceArriveInTheirPlace() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    String large = "{\"a\":\"" + "x".repeat(200_000) + "\"}";
    writer.append(stream, NewEvent.of("small"));
    writer.append(stream, NewEvent.of("large").withPayload(large));
    writer.append(
        stream,
        NewEvent.of("small"),
        NewEvent.of("large").withPayload(large),
        NewEvent.of("small"));
    writer.append(
        stream,
        IntStream.range(0, 2000).mapToObj(i -> NewEvent.of("many")).toArray(NewEvent[]::new));
    recorder.awaitExactly(1, 2005, SOON);
    assertThat(recorder.events.get(1).payloadJson()).isEqualTo(large);
  }

  @Test
  void theEndComesAfterTheLastEventAndOnce() {
    StreamId stream = writer.open();
    Recorder live = watcher.watch(stream, 0);
    writer.append(stream, NewEvent.of("x"));
    writer.database.useTransaction(tx -> {
      writer.bus.journal().append(tx, stream, List.of(NewEvent.of("final").changingState()));
      writer.bus.journal().close(tx, stream);
    });
    live.awaitExactly(1, 2, SOON);
    await().until(() -> !live.ends.isEmpty());
    Recorder late = watcher.watch(stream, 1);
    late.awaitExactly(2, 2, SOON);
    await().until(() -> !late.ends.isEmpty());
    assertThat(late.ends).containsExactly(writer.bus.journal().position(stream).orElseThrow());
    assertThat(live.ends).isEqualTo(late.ends);
  }

  @Test
  void aCutConnectionIsMadeAgainAndComparesEverything() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    for (int i = 1; i <= 60; i++) {
      writer.append(stream, NewEvent.of("x"));
      if (i % 20 == 0) {
        await().atMost(SOON).until(() -> cutFeeds() > 0); // it may not be back since the last cut
      }
    }
    recorder.awaitExactly(1, 60, SOON);
  }

  /** Answers how many connections there were to cut. */
  private static long cutFeeds() {
    Object killed =
        writer.redis.jedis().sendCommand(() -> "CLIENT".getBytes(UTF_8), "KILL", "TYPE", "PUBSUB");
    return (Long) killed;
  }

  @Test
  void aListenerThatFailsIsToldAgain() {
    StreamId stream = writer.open();
    List<Long> taken = new ArrayList<>();
    List<Long> refused = new ArrayList<>();
    watcher
        .bus
        .feed()
        .subscribe(
            stream,
            Sequence.START,
            events -> {
              for (StoredEvent event : events) {
                if (event.seq() == 2 && refused.isEmpty()) {
                  refused.add(event.seq());
                  throw new IllegalStateException("on purpose");
                }
              }
              events.forEach(event -> taken.add(event.seq()));
            });
    writer.append(stream, NewEvent.of("x"));
    writer.append(stream, NewEvent.of("x"));
    writer.append(stream, NewEvent.of("x"));
    await().atMost(SOON).until(() -> taken.size() == 3);
    assertThat(taken).containsExactly(1L, 2L, 3L);
    assertThat(refused).hasSize(1);
  }

  @Test
  void progressIsPushedCoalescedKeptAndClearedAtTheEnd() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    writer.append(stream, NewEvent.of("x"));
    recorder.awaitExactly(1, 1, SOON);
    for (int percent = 0; percent <= 100; percent++) {
      writer.bus.progress().update(stream, progress("mapper", percent));
    }
    writer.bus.progress().update(stream, progress("cleaner", 5));

    await().atMost(SOON).until(() -> recorder.progress.stream().anyMatch(u -> u.percent() == 100));
    assertThat(recorder.progress).hasSizeLessThan(10);
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(watcher.bus.progress().snapshot(stream))
                .containsExactly(progress("cleaner", 5), progress("mapper", 100)));
    writer.closeStream(stream);
    await().atMost(SOON).until(() -> watcher.bus.progress().snapshot(stream).isEmpty());
  }

  @Test
  void progressOfTwoProcessesNeverGoesBackWithinAnAttempt() throws Exception {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    Thread one = Thread.ofVirtual().start(() -> report(writer, stream));
    Thread other = Thread.ofVirtual().start(() -> report(watcher, stream));
    one.join();
    other.join();
    await().atMost(SOON).until(() -> writer.bus.progress().snapshot(stream).size() == 1);
    await()
        .atMost(SOON)
        .until(() -> latest(stream).attempt() == 3 && latest(stream).percent() == 90);

    writer.bus.progress().update(stream, progress("mapper", 3, 89));
    watcher.bus.progress().update(stream, progress("mapper", 2, 100));
    watcher.bus.progress().update(stream, progress("cleaner", 1, 7));
    await().atMost(SOON).until(() -> writer.bus.progress().snapshot(stream).size() == 2);
    assertThat(latest(stream)).isEqualTo(progress("mapper", 3, 90));
    await().atMost(SOON).until(() -> recorder.progress.contains(progress("mapper", 3, 90)));
    List<AgentUpdate> seen =
        recorder.progress.stream().filter(update -> update.agent().equals("mapper")).toList();
    assertThat(seen).hasSizeGreaterThan(1);
    assertThat(seen)
        .isSortedAccordingTo(
            Comparator.comparingInt(AgentUpdate::attempt).thenComparing(AgentUpdate::percent));
  }

  /** Each attempt up to 90 percent, the two of them at different times. */
  private static void report(Instance instance, StreamId stream) {
    for (int attempt = 1; attempt <= 3; attempt++) {
      for (int percent = 0; percent <= 90; percent += 5) {
        instance.bus.progress().update(stream, progress("mapper", attempt, percent));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000_000));
      }
    }
  }

  private static AgentUpdate latest(StreamId stream) {
    return writer.bus.progress().snapshot(stream).stream()
        .filter(update -> update.agent().equals("mapper"))
        .findFirst()
        .orElseThrow();
  }

  private static AgentUpdate progress(String agent, double percent) {
    return progress(agent, 1, percent);
  }

  private static AgentUpdate progress(String agent, int attempt, double percent) {
    return new AgentUpdate(
        agent,
        "field_mapping",
        attempt,
        percent,
        "running",
        "{\"rows\":7}",
        Instant.parse("2026-11-22T10:00:00Z"));
  }

  @Test
  void plainSqlAndALostRelayReachWatchersThroughTheSweep() throws SQLException {
    EventSettings sweeping = Instance.REDIS_ALONE.withSweepInterval(Duration.ofSeconds(1));
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("sweep-test:");
    try (Instance sweeper = Instance.start(postgres, redis, "sweeper", sweeping);
        Instance second = Instance.start(postgres, redis, "second", sweeping)) {
      Stalls.repeatIfStalled(() -> {
        await().until(() -> sweeper.bus.feed().live());
        StreamId stream = sweeper.open();
        Recorder recorder = sweeper.watch(stream, 0);
        sweeper.append(stream, NewEvent.of("x"));
        recorder.awaitExactly(1, 1, SOON);
        sweeper.appendWithoutRelay(stream, NewEvent.of("lost"), NewEvent.of("lost"));
        recorder.awaitExactly(1, 3, Duration.ofSeconds(3));
        await().until(() -> sweeper.bus.sweep().leading() ^ second.bus.sweep().leading());
        for (int i = 4; i <= 6; i++) {
          appendByPlainSql(stream, i);
          recorder.awaitExactly(1, i, Duration.ofSeconds(2));
        }
      });
    }
  }

  private static void appendByPlainSql(StreamId stream, int n) throws SQLException {
    try (var connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        var statement = connection.prepareStatement("select skein_append(?, ?, ?)")) {
      statement.setObject(1, stream.value());
      statement.setString(2, "foreign");
      statement.setString(3, "{\"n\":" + n + "}");
      statement.execute();
    }
  }

  @Test
  void aMessageThatNeverCameIsFoundByComparingWithRedis() {
    EventSettings comparing =
        Instance.REDIS_ALONE.withChecks(Duration.ofMillis(200), Instance.HOUR, Instance.HOUR);
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("lost-test:");
    try (Instance instance = Instance.start(postgres, redis, "lost", comparing)) {
      StreamId stream = instance.open();
      Recorder recorder = instance.watch(stream, 0);
      instance.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 1, SOON);
      EventId last =
          new EventId(
              instance.appendWithoutRelay(stream, NewEvent.of("y")).epoch(), new Sequence(2));
      String tail = instance.redis.keys().flowEvents(stream.value(), last.epoch().millis());
      StoredEvent event = instance.bus.journal().read(stream, new Sequence(1), 1).getFirst();
      // The tail has it, but nobody was told.
      instance
          .redis
          .jedis()
          .xadd(
              tail.getBytes(UTF_8),
              XAddParams.xAddParams().id("2-0"),
              Map.of("e".getBytes(UTF_8), EventFrames.encode(event)));
      recorder.awaitExactly(1, 2, SOON);
    }
  }

  @Test
  void aRenewedEpochResetsWatchersToThePresent() {
    EventSettings checking =
        Instance.REDIS_ALONE.withChecks(
            Instance.HOUR, Duration.ofMillis(200), Duration.ofMillis(200));
    PostgresSettings restored = Instance.newDatabase();
    RedisSettings redis = RedisSettings.of(TestServers.redis().url()).withKeyPrefix("epoch-test:");
    try (Instance instance = Instance.start(restored, redis, "epoch", checking)) {
      StreamId stream = instance.open();
      Recorder recorder = instance.watch(stream, 0);
      instance.append(stream, NewEvent.of("x"), NewEvent.of("future that was lost"));
      recorder.awaitExactly(1, 2, SOON);
      instance.database.useTransaction(tx -> {
        tx.handle().execute("delete from events where seq = 2");
        tx.handle().execute("update streams set last_seq = 1");
        tx.handle().createQuery("select skein_renew_epoch()").mapTo(Long.class).one();
      });
      await().atMost(SOON).until(() -> !recorder.resets.isEmpty());
      assertThat(recorder.resets.getFirst().last()).isEqualTo(new Sequence(1));
      recorder.events.clear();
      instance.append(stream, NewEvent.of("y"));
      instance.append(stream, NewEvent.of("z"));
      recorder.awaitExactly(2, 3, SOON);
      assertThat(recorder.resets).hasSize(1);
    }
  }
}
