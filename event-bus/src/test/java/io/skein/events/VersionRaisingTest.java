package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.RedisSweepMarks.Kind;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.RedisAddress;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Caches are told of what no relay has told of, by one instance for all, and know when they are.
 */
class VersionRaisingTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final PostgresSettings postgres = Instance.newDatabase();

  @Test
  void withTheEventBusOffOneRaisesForAll() {
    RedisSettings redis =
        new RedisSettings(
            RedisAddress.parse(TestServers.redis().url()), UUID.randomUUID() + ":", SOON, SOON);
    try (var one = start(redis, "one", Instance.REDIS_ALONE);
        var two = start(redis, "two", Instance.REDIS_ALONE)) {
      one.redis.gate(Feature.EVENT_BUS).enable(false);
      two.redis.gate(Feature.EVENT_BUS).enable(false);
      StreamId stream = one.open();
      one.appendWithoutRelay(stream, NewEvent.of("x").changingState());
      one.bus.sweep().pass();
      assertThat(version(one, stream)).isEqualTo("1");
      one.redis.jedis().del(one.redis.keys().flowState(stream.value()));
      two.bus.sweep().pass();
      assertThat(version(two, stream)).as("it had just been done").isNull();
      assertThat(two.bus.sweep().leading()).isFalse();
    }
  }

  @Test
  void onAClusterAllMastersAreToldBeforeItIsSaid() {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        var bus = start(RedisSettings.of(cluster.url()), "one", EventSettings.defaults())) {
      await().atMost(SOON).until(() -> bus.redis.shards().size() == 3);
      List<StreamId> streams = Stream.generate(bus::open).limit(24).toList();
      streams.forEach(stream -> bus.appendWithoutRelay(stream, NewEvent.of("x").changingState()));
      BooleanSupplier raised = bus.bus.sweep().raisingAll();
      await().atMost(SOON).until(raised::getAsBoolean);
      assertThat(streams).allSatisfy(stream -> assertThat(version(bus, stream)).isEqualTo("1"));
    }
  }

  @Test
  void aMarkCountsIfEveryMasterHasOneOfAPassThatBeganAfterwards() {
    try (RedisGroup cluster = TestServers.newRedisCluster();
        var bus = start(RedisSettings.of(cluster.url()), "one", Instance.REDIS_ALONE)) {
      await().atMost(SOON).until(() -> bus.redis.shards().size() == 3);
      RedisSweepMarks marks = new RedisSweepMarks(bus.redis);
      Instant asked = Instant.parse("2100-01-01T10:00:00Z");
      Epoch epoch = new Epoch(7);
      assertThat(marks.isAfter(Kind.RAISED, asked)).isFalse();
      marks.set(Kind.RAISED, epoch, asked);
      assertThat(marks.isAfter(Kind.RAISED, asked)).as("it may have begun before").isFalse();
      marks.set(Kind.RAISED, epoch, asked.plusMillis(1));
      assertThat(marks.isAfter(Kind.RAISED, asked)).isTrue();
      assertThat(marks.isAfter(Kind.REPAIRED, asked)).isFalse();
      assertThat(marks.earliest(Kind.RAISED, epoch)).hasValue(asked.plusMillis(1));
      assertThat(marks.earliest(Kind.RAISED, new Epoch(8))).as("commits were lost").isEmpty();
      String tag = bus.redis.shards().getLast().tag();
      bus.redis.jedis().set(bus.redis.keys().sweepRaised(tag), "nonsense");
      assertThat(marks.isAfter(Kind.RAISED, asked)).isFalse();
      bus.redis.jedis().del(bus.redis.keys().sweepRaised(tag));
      assertThat(marks.isAfter(Kind.RAISED, asked)).as("a master lost its data").isFalse();
      assertThat(marks.earliest(Kind.RAISED, epoch)).isEmpty();
    }
  }

  private Instance start(RedisSettings redis, String name, EventSettings settings) {
    return Instance.start(postgres, redis, name, settings);
  }

  private static String version(Instance of, StreamId stream) {
    return of.redis.jedis().hget(of.redis.keys().flowState(stream.value()), "version");
  }
}
