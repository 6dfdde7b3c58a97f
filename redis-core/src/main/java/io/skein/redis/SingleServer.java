package io.skein.redis;

import java.util.List;
import org.redisson.config.Config;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** One server at one address. */
final class SingleServer implements Servers {
  private final RedisAddress address;
  private final RedisClient jedis;
  private final RedisShard shard;

  SingleServer(RedisAddress address, JedisOptions options) {
    this.address = address;
    RedisAddress.Node node = address.nodes().getFirst();
    this.shard = RedisShard.of(node, List.of(RedisShard.SlotRange.ALL));
    this.jedis =
        RedisClient.builder()
            .hostAndPort(JedisOptions.hostAndPort(node))
            .clientConfig(options.client())
            .poolConfig(options.pool())
            .build();
  }

  @Override
  public UnifiedJedis jedis() {
    return jedis;
  }

  @Override
  public void probe(KeySpace keys) {
    String key = keys.health(shard.tag());
    JedisOptions.pastDeadConnections(
        List.of(jedis.getPool()), () -> jedis.psetex(key, KeySpace.HEALTH_LIFE_MILLIS, ""));
  }

  @Override
  public List<RedisShard> shards() {
    return List.of(shard);
  }

  @Override
  public void addTo(Config config) {
    config
        .useSingleServer()
        .setAddress(RedissonOptions.addresses(address)[0])
        .setDatabase(address.database())
        .setConnectionMinimumIdleSize(1)
        .setConnectionPoolSize(RedissonOptions.POOL_SIZE)
        .setSubscriptionConnectionMinimumIdleSize(1)
        .setSubscriptionConnectionPoolSize(RedissonOptions.SUBSCRIPTION_POOL_SIZE);
  }

  @Override
  public void close() {
    jedis.close();
  }
}
