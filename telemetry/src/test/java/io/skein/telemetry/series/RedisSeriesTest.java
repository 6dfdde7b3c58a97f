package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

class RedisSeriesTest extends SeriesStoreContract {
  @Override
  SeriesStore storeOf(Servers servers) {
    return new RedisSeries(servers.redis, servers.clock);
  }

  @Test
  void aMinuteLivesForADay() throws Exception {
    try (Servers servers = Servers.open()) {
      long minute = Minutes.of(Instant.now());
      new RedisSeries(servers.redis, servers.clock)
          .write(List.of(new Part("skein.a", minute, "api-1#x", 1, "{}")));
      UnifiedJedis jedis = servers.redis.jedis();
      assertThat(jedis.ttl(servers.redis.keys().metrics(minute))).isBetween(86_390L, 86_400L);
    }
  }

  @Test
  void aKeyThatIsNoHashIsAMinuteOfWhichNothingIsThereAndIsReplaced() throws Exception {
    try (Servers servers = Servers.open()) {
      long minute = Minutes.of(servers.clock.instant());
      RedisSeries series = new RedisSeries(servers.redis, servers.clock);
      Part before = new Part("skein.a", minute - 1, "api-1#x", 1, "{}");
      Part part = new Part("skein.a", minute, "api-1#x", 1, "{}");
      series.write(List.of(before));
      servers.redis.jedis().set(servers.redis.keys().metrics(minute), "garbage");
      RedisSeries.Found found = series.find(Set.of("skein.a"), minute - 1, minute);
      assertThat(found.parts()).containsExactly(before);
      assertThat(found.doubtful()).contains(minute);
      assertThat(series.readAll(minute - 1, minute)).containsExactly(before);
      assertThat(series.names(minute - 1, minute)).containsExactly("skein.a");
      assertThat(series.doubtful(minute, minute)).containsExactly(minute);
      series.write(List.of(part));
      assertThat(series.readAll(minute - 1, minute)).containsExactlyInAnyOrder(before, part);
    }
  }
}
