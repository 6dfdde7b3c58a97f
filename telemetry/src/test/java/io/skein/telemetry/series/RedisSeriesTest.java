package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
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
}
