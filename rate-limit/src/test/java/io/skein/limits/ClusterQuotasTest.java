package io.skein.limits;

import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisGroup;
import io.skein.testing.TestServers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Three masters: the keys of one call must share a slot. */
class ClusterQuotasTest extends QuotaStoreContract {
  private static RedisGroup cluster;
  private static RedisConnections redis;

  @BeforeAll
  static void open() {
    cluster = TestServers.newRedisCluster();
    redis = RedisConnections.open(RedisSettings.of(cluster.url()), "limits-test");
  }

  @AfterAll
  static void close() {
    redis.close();
    cluster.close();
  }

  @Override
  QuotaStore store() {
    return new RedisQuotas(redis);
  }

  @Override
  void awaitAnswers() {
    await().atMost(Duration.ofSeconds(30)).until(redis.gate(Feature.RATE_LIMIT)::open);
  }
}
