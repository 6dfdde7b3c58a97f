package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Losing all of Redis at any moment loses time, never an event. */
@Tag("long")
class RedisLossTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static PostgresSettings postgres;
  private RedisServer server;
  private Instance writer;
  private Instance watcher;

  @BeforeAll
  static void migrate() {
    postgres = Instance.newDatabase();
  }

  @BeforeEach
  void start() {
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
  void flushedAtAnyMoment() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    for (int i = 1; i <= 200; i++) {
      writer.append(stream, NewEvent.of("x"));
      if (i % 33 == 0) {
        server.flush();
      }
    }
    server.flush();
    Recorder late = watcher.watch(stream, 50);
    recorder.awaitExactly(1, 200, SOON);
    late.awaitExactly(51, 200, SOON);
  }

  @Test
  void theLastEventIsFlushedAwayBeforeTheWatcherHearsOfIt() {
    Stalls.repeatIfStalled(() -> {
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x"));
      Recorder recorder = watcher.watch(stream, 0);
      recorder.awaitExactly(1, 1, SOON);
      writer.appendWithoutRelay(stream, NewEvent.of("lost"));
      server.flush();
      recorder.awaitExactly(1, 2, Duration.ofSeconds(6));
    });
  }

  @Test
  void killedAndRestartedEmptyUnderWriters() throws Exception {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    Thread writing =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 600; i++) {
                writer.append(stream, NewEvent.of("x").changingState());
                pause();
              }
            });
    await().until(() -> recorder.events.size() > 30);
    server.restartEmpty();
    await().until(() -> recorder.events.size() > 300);
    server.kill();
    writing.join();
    recorder.awaitExactly(1, 600, SOON);
    server.start();
    await().atMost(SOON).until(() -> watcher.bus.feed().live());
    writer.append(stream, NewEvent.of("after"));
    recorder.awaitExactly(1, 601, SOON);
  }

  private static void pause() {
    try {
      Thread.sleep(2); // the writer's pace, so that it writes before, during and after
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void stoppedThroughout() {
    server.kill();
    await()
        .atMost(SOON)
        .until(() -> !watcher.redis.health().available() && !writer.redis.health().available());
    Stalls.repeatIfStalled(() -> {
      StreamId stream = writer.open();
      Recorder recorder = watcher.watch(stream, 0);
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 1, Duration.ofSeconds(2));
      for (int i = 0; i < 50; i++) {
        writer.append(stream, NewEvent.of("x"));
      }
      writer.closeStream(stream);
      recorder.awaitExactly(1, 51, Duration.ofSeconds(2));
      await().atMost(Duration.ofSeconds(2)).until(() -> recorder.ends.size() == 1);
    });

    StreamId stream = writer.open();
    AgentUpdate update = new AgentUpdate("a", null, 1, 1, "running", "{}", Instant.EPOCH);
    writer.bus.progress().update(stream, update);
    assertThat(writer.bus.progress().snapshot(stream)).isEmpty();
    assertThat(writer.bus.progress().dropped()).isPositive();
    assertThat(writer.bus.relay().counts().skipped()).isPositive();
    await()
        .atMost(SOON)
        .until(() -> !writer.bus.sweep().leading() && !watcher.bus.sweep().leading());
  }

  /** It answers PING, reads and publishes; its writes are refused. */
  @Test
  void fullToTheBrim() {
    Stalls.repeatIfStalled(() -> {
      allowMemory("0");
      awaitRedis();
      StreamId stream = writer.open();
      Recorder recorder = watcher.watch(stream, 0);
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 1, SOON);
      allowMemory("1");
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 2, Duration.ofSeconds(2));
      await()
          .atMost(SOON)
          .until(() -> !watcher.redis.health().available() && !writer.redis.health().available());
      writer.appendWithoutRelay(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 3, Duration.ofSeconds(2));
      allowMemory("0");
      await().atMost(SOON).until(() -> watcher.bus.feed().live());
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 4, SOON);
    });
  }

  private void awaitRedis() {
    await()
        .atMost(SOON)
        .until(() -> watcher.bus.feed().live() && writer.redis.health().available());
  }

  private void allowMemory(String bytes) {
    try (Jedis jedis = writer.redis.connect()) {
      jedis.configSet("maxmemory", bytes);
    }
  }

  /** The epoch is no matter of Redis: a promoted server is noticed without it. */
  @Test
  void anotherServerOfPostgresIsNoticedWhileRedisIsAway() {
    Stalls.repeatIfStalled(() -> {
      awaitRedis();
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x"));
      Recorder recorder = watcher.watch(stream, 0);
      recorder.awaitExactly(1, 1, SOON);
      server.kill();
      try {
        await().atMost(SOON).until(() -> !watcher.bus.feed().live());
        writer.database.useTransaction(
            tx -> tx.handle().execute("update epochs set server = 'another'"));
        await().atMost(Duration.ofSeconds(3)).until(() -> recorder.resets.size() == 1);
        writer.append(stream, NewEvent.of("x"));
        await().atMost(SOON).until(() -> recorder.events.getLast().seq() == 2);
      } finally {
        server.start();
      }
    });
  }

  @Test
  void frozenAndThawed() {
    Stalls.repeatIfStalled(() -> {
      awaitRedis();
      StreamId stream = writer.open();
      Recorder recorder = watcher.watch(stream, 0);
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 1, SOON);
      server.freeze();
      try {
        for (int i = 0; i < 20; i++) {
          writer.append(stream, NewEvent.of("x"));
        }
        recorder.awaitExactly(1, 21, Duration.ofSeconds(6));
      } finally {
        server.thaw();
      }
      await().atMost(SOON).until(() -> watcher.bus.feed().live());
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 22, SOON);
    });
  }

  @Test
  void theSweepLeavesAFlushedRedisAsItWas() {
    StreamId stream = writer.open();
    for (int i = 0; i < 10; i++) {
      writer.append(stream, NewEvent.of("x").changingState());
    }
    writer.closeStream(stream);
    RedisTail tail = new RedisTail(writer.redis, EventSettings.defaults());
    Epoch epoch = writer.bus.journal().confirmEpoch();
    // The relay has done its part: what it brings after the flush would not be the sweep's work.
    awaitWholeTail(tail, stream, epoch);
    server.flush();
    awaitWholeTail(tail, stream, epoch);
    assertThat(tail.read(stream, new EventId(epoch, Sequence.START), 100)).hasSize(10);
    assertThat(writer.redis.jedis().hget(writer.redis.keys().flowState(stream.value()), "version"))
        .isEqualTo("10");
  }

  private static void awaitWholeTail(RedisTail tail, StreamId stream, Epoch epoch) {
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(tail.positions(Map.of(stream, epoch)))
                .containsEntry(stream, new TailPosition(new Sequence(10), true)));
  }
}
