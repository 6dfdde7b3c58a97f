package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis answers and does not do what it says: the last event of a stream is found all the same. */
class SilentFeedTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private RedisServer server;
  private RedisProxy proxy;
  private Instance writer;
  private Instance watcher;

  @BeforeEach
  void start() throws Exception {
    PostgresSettings postgres = Instance.newDatabase();
    server = TestServers.newRedis();
    proxy = new RedisProxy(server.url());
    RedisSettings between = RedisSettings.of(proxy.url());
    writer = Instance.start(postgres, between, "writer", EventSettings.defaults());
    watcher = Instance.start(postgres, between, "watcher", EventSettings.defaults());
    await().atMost(SOON).until(() -> watcher.bus.feed().live());
  }

  @AfterEach
  void stop() throws Exception {
    writer.close();
    watcher.close();
    proxy.close();
    server.close();
  }

  @Test
  void theLastEventOfAStreamComesWithinSixSecondsWhenTheFeedIsSilentlyDead() {
    Stalls.repeatIfStalled(() -> {
      proxy.endSilence();
      awaitRedis();
      List<StreamId> streams = IntStream.range(0, 20).mapToObj(i -> writer.open()).toList();
      List<Recorder> recorders = begin(streams);
      int before = proxy.swallowed();
      proxy.silenceFlows();
      for (StreamId stream : streams) {
        writer.append(stream, NewEvent.of("last"));
        writer.closeStream(stream);
      }
      awaitLast(recorders, Duration.ofSeconds(6));
      assertThat(proxy.swallowed()).isGreaterThan(before);
      assertThat(watcher.bus.feed().live()).as("nothing told it that the feed is dead").isTrue();
    });
  }

  @Test
  void aConnectionThatDeliversNothingAtAllIsNoticed() {
    Stalls.repeatIfStalled(() -> {
      proxy.endSilence();
      awaitRedis();
      List<StreamId> streams = List.of(writer.open());
      List<Recorder> recorders = begin(streams);
      proxy.silenceFeed();
      writer.append(streams.getFirst(), NewEvent.of("last"));
      writer.closeStream(streams.getFirst());
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> !watcher.bus.feed().live());
      awaitLast(recorders, Duration.ofSeconds(2));
      proxy.endSilence();
      await().atMost(SOON).until(() -> watcher.bus.feed().live());
    });
  }

  @Test
  void theLastEventOfAStreamComesWithinTwoSecondsWhenRedisGoesAwayWithIt() {
    Stalls.repeatIfStalled(() -> {
      awaitRedis();
      List<StreamId> streams = IntStream.range(0, 20).mapToObj(i -> writer.open()).toList();
      List<Recorder> recorders = begin(streams);
      server.kill();
      try {
        for (StreamId stream : streams) {
          writer.append(stream, NewEvent.of("last"));
          writer.closeStream(stream);
        }
        awaitLast(recorders, Duration.ofSeconds(2));
      } finally {
        server.start();
      }
    });
  }

  @Test
  void aScriptThatIsRepeatedBecauseItsAnswerCameTooLateAddsNothingTwice() {
    StreamId stream = writer.open();
    Recorder recorder = watcher.watch(stream, 0);
    for (int round = 1; round <= 3; round++) {
      recorder.awaitExactly(1, append(stream, 10), SOON);
      proxy.delayScripts(2);
      recorder.awaitExactly(1, append(stream, 1), SOON);
      await().atMost(SOON).until(() -> proxy.scriptsToDelay() == 0);
    }
    writer.closeStream(stream);
    await().atMost(SOON).until(() -> recorder.ends.size() == 1);
    recorder.awaitExactly(1, 33, SOON);
    RedisTail tail = new RedisTail(writer.redis, EventSettings.defaults());
    Epoch epoch = writer.bus.journal().confirmEpoch();
    assertThat(tail.read(stream, new EventId(epoch, Sequence.START), 100))
        .isEqualTo(writer.bus.journal().read(stream, Sequence.START, 100));
  }

  private void awaitRedis() {
    await()
        .atMost(SOON)
        .until(() -> watcher.bus.feed().live() && writer.redis.health().available());
  }

  /** Answers the sequence of the last one. */
  private long append(StreamId stream, int count) {
    for (int n = 1; n < count; n++) {
      writer.append(stream, NewEvent.of("x"));
    }
    return writer.append(stream, NewEvent.of("x")).last().value();
  }

  private List<Recorder> begin(List<StreamId> streams) {
    List<Recorder> recorders = new ArrayList<>();
    for (StreamId stream : streams) {
      writer.append(stream, NewEvent.of("first"));
      recorders.add(watcher.watch(stream, 0));
    }
    recorders.forEach(recorder -> recorder.awaitExactly(1, 1, SOON));
    return recorders;
  }

  private static void awaitLast(List<Recorder> recorders, Duration limit) {
    await()
        .atMost(limit)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> {
          assertThat(recorders).allMatch(recorder -> recorder.events.size() == 2);
          assertThat(recorders).allMatch(recorder -> recorder.ends.size() == 1);
        });
    recorders.forEach(recorder -> recorder.awaitExactly(1, 2, limit));
  }
}
