package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The event bus on a cluster and behind sentinels: pushed on every master, healed when one goes.
 */
@Tag("long")
class SeveralRedisTest {
  private static final int STREAMS = 24;
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void aClusterPushesTheEventsOfEveryMastersFlows() throws Exception {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        Pair pair = new Pair(cluster, Instance.REDIS_ALONE)) {
      assertThat(pair.near.redis.shards()).hasSize(3);
      pair.watchAndAppend(5);
      assertThat(
              pair.streams.stream()
                  .map(stream ->
                      pair.near.redis.shards().stream()
                          .filter(shard ->
                              shard.holds(pair.near.redis.keys().flowUpdates(stream.value())))
                          .findFirst()
                          .orElseThrow()
                          .master())
                  .distinct())
          .as("masters that have streams")
          .hasSize(3);
    }
  }

  @Test
  void aMasterThatDiesAndComesBackEmptyLosesNothing() throws Exception {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        Pair pair = new Pair(cluster, EventSettings.defaults())) {
      pair.watchAndAppend(3);
      cluster.servers().get(1).kill();
      pair.append(3);
      pair.awaitAll(6);
      cluster.servers().get(1).start();
      await().atMost(SOON).until(() -> pair.near.redis.health().available());
      pair.append(3);
      pair.awaitAll(9);
    }
  }

  @Test
  void aFailoverBySentinelsLosesNothing() throws Exception {
    try (RedisGroup group = TestServers.newSentinelRedis();
        Pair pair = new Pair(group, EventSettings.defaults())) {
      pair.watchAndAppend(3);
      var before = pair.near.redis.shards().getFirst().master();
      group.servers().getFirst().kill();
      pair.append(3);
      pair.awaitAll(6);
      await()
          .atMost(SOON)
          .until(() ->
              pair.far.redis.health().available()
                  && !pair.far.redis.shards().getFirst().master().equals(before)
                  && pair.far.bus.feed().live());
      pair.append(3);
      pair.awaitAll(9);
    }
  }

  /** One instance that appends, and another one that watches. */
  private static final class Pair implements AutoCloseable {
    final Instance near;
    final Instance far;
    final List<StreamId> streams = new ArrayList<>();
    final List<Recorder> recorders = new ArrayList<>();

    Pair(RedisGroup group, EventSettings settings) {
      PostgresSettings postgres = Instance.newDatabase();
      RedisSettings redis = RedisSettings.of(group.url());
      near = Instance.start(postgres, redis, "near", settings);
      far = Instance.start(postgres, redis, "far", settings);
      await().atMost(SOON).until(() -> near.bus.feed().live() && far.bus.feed().live());
    }

    void watchAndAppend(int events) {
      for (int i = 0; i < STREAMS; i++) {
        StreamId stream = near.open();
        streams.add(stream);
        recorders.add(far.watch(stream, 0));
      }
      append(events);
      awaitAll(events);
    }

    void append(int events) {
      NewEvent[] batch =
          IntStream.range(0, events).mapToObj(i -> NewEvent.of("e" + i)).toArray(NewEvent[]::new);
      streams.forEach(stream -> near.append(stream, batch));
    }

    void awaitAll(int events) {
      recorders.forEach(recorder -> recorder.awaitExactly(1, events, SOON));
    }

    @Override
    public void close() {
      near.close();
      far.close();
    }
  }
}
