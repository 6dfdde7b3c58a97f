package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisSettings;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Redis is well, but the event bus does not read from it: its flag is off or its breaker open, on
 * one instance or on all.
 */
class ClosedGateTest {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Duration FALLBACK = Duration.ofSeconds(2);
  private static PostgresSettings postgres;
  private Instance writer;
  private Instance watcher;
  private RedisTail tail;

  @BeforeAll
  static void migrate() {
    postgres = Instance.newDatabase();
  }

  @BeforeEach
  void start() {
    RedisSettings redis =
        RedisSettings.of(TestServers.redis().url()).withKeyPrefix(UUID.randomUUID() + ":");
    writer = Instance.start(postgres, redis, "writer", EventSettings.defaults());
    watcher = Instance.start(postgres, redis, "watcher", EventSettings.defaults());
    tail = new RedisTail(writer.redis, EventSettings.defaults());
  }

  @AfterEach
  void stop() {
    writer.close();
    watcher.close();
  }

  @Test
  void offOnAllPostgresDeliversCachesAreToldAndNoTailIsWritten() {
    Stalls.repeatIfStalled(() -> {
      enableBoth(true);
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x").changingState());
      Recorder recorder = watcher.watch(stream, 0);
      recorder.awaitExactly(1, 1, SOON);
      await().atMost(SOON).until(() -> reached(stream) == 1);
      switchOffBoth();
      assertThat(watcher.bus.feed().live()).isFalse();
      for (int i = 0; i < 5; i++) {
        writer.append(stream, NewEvent.of("x").changingState());
      }
      recorder.awaitExactly(1, 6, FALLBACK);
      assertVersion(stream, "6", FALLBACK);
      assertThat(reached(stream)).as("the tail").isEqualTo(1);

      enableBoth(true);
      await().atMost(SOON).until(() -> reached(stream) == 6);
      await().atMost(SOON).until(() -> watcher.bus.feed().live());
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 7, SOON);
    });
  }

  @Test
  void offOnTheWriterAloneTheOtherHearsOfItAndItsCacheAtOnce() {
    Stalls.repeatIfStalled(() -> {
      gate(writer).enable(true);
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x").changingState());
      Recorder recorder = watcher.watch(stream, 0);
      recorder.awaitExactly(1, 1, SOON);
      gate(writer).enable(false);
      writer.append(stream, NewEvent.of("x").changingState());
      assertVersion(stream, "2", Duration.ofMillis(900));
      recorder.awaitExactly(1, 2, Duration.ofSeconds(4)); // the watcher sweeps what was not relayed
      await().atMost(SOON).until(() -> reached(stream) == 2);
    });
  }

  /** No relay knows of it, and the sweep writes no tail. */
  @Test
  void offOnAllWhatPlainSqlAppendsIsStillToldToCaches() {
    Stalls.repeatIfStalled(() -> {
      enableBoth(true);
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x").changingState());
      assertVersion(stream, "1", SOON);
      switchOffBoth();
      writer.appendWithoutRelay(stream, NewEvent.of("x").changingState());
      assertVersion(stream, "2", Duration.ofSeconds(6));
      writer.appendWithoutRelay(stream, NewEvent.of("x").changingState());
      assertVersion(stream, "3", Duration.ofSeconds(6));
      assertThat(reached(stream)).as("the tail").isLessThan(2);
    });
  }

  @Test
  void anOpenBreakerStopsReadsAndHealsByItself() {
    Stalls.repeatIfStalled(() -> {
      StreamId stream = writer.open();
      writer.append(stream, NewEvent.of("x").changingState());
      Recorder recorder = watcher.watch(stream, 0);
      recorder.awaitExactly(1, 1, SOON);
      breakIt(gate(writer));
      breakIt(gate(watcher));
      writer.append(stream, NewEvent.of("x").changingState());
      assertVersion(stream, "2", FALLBACK);
      recorder.awaitExactly(1, 2, FALLBACK);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> gate(writer).open() && watcher.bus.feed().live());
      writer.append(stream, NewEvent.of("x"));
      recorder.awaitExactly(1, 3, SOON);
      await().atMost(SOON).until(() -> reached(stream) == 3);
    });
  }

  @Test
  void whatIsNotRelayedHasNoLag() {
    AtomicInteger lags = new AtomicInteger();
    writer.bus.relay().onRelayed(lag -> lags.incrementAndGet());
    StreamId stream = writer.open();
    gate(writer).enable(false);
    writer.append(stream, NewEvent.of("x").changingState());
    assertVersion(stream, "1", SOON);
    await().atMost(SOON).until(() -> writer.bus.relay().counts().skipped() > 0);
    gate(writer).enable(true);
    writer.append(stream, NewEvent.of("x").changingState());
    await().atMost(SOON).until(() -> lags.get() > 0);
    writer.append(stream, NewEvent.of("x").changingState());
    await().atMost(SOON).until(() -> reached(stream) == 3);
    assertThat(lags.get()).isBetween(1, 2);
  }

  @Test
  void switchedAllTheTimeNothingIsLostOrRepeated() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    for (int i = 1; i <= 400; i++) {
      writer.append(stream, NewEvent.of("x"));
      if (i % 20 == 0) {
        gate(writer).enable(i % 40 == 0);
      }
      if (i % 30 == 0) {
        gate(watcher).enable(i % 60 == 0);
      }
    }
    recorder.awaitExactly(1, 400, SOON);
  }

  private void enableBoth(boolean on) {
    gate(writer).enable(on);
    gate(watcher).enable(on);
  }

  /** Until no sweep is under way that began before and may still write a tail. */
  private void switchOffBoth() {
    enableBoth(false);
    await()
        .atMost(SOON)
        .until(() -> !writer.bus.sweep().leading() && !watcher.bus.sweep().leading());
  }

  private static FeatureGate gate(Instance instance) {
    return instance.redis.gate(Feature.EVENT_BUS);
  }

  private static void breakIt(FeatureGate gate) {
    Supplier<Object> failing =
        () -> {
          throw new JedisConnectionException("no answer");
        };
    while (gate.mode() != FeatureMode.BREAKER_OPEN) {
      try {
        gate.call("failing on purpose", failing);
      } catch (RedisAwayException expected) {
        // until it is open
      }
    }
  }

  private long reached(StreamId stream) {
    Epoch epoch = writer.bus.journal().confirmEpoch();
    TailPosition position = tail.positions(Map.of(stream, epoch)).get(stream);
    return position == null ? 0 : position.last().value();
  }

  private void assertVersion(StreamId stream, String version, Duration within) {
    String key = writer.redis.keys().flowState(stream.value());
    await()
        .atMost(within)
        .untilAsserted(
            () -> assertThat(writer.redis.jedis().hget(key, "version")).isEqualTo(version));
  }
}
