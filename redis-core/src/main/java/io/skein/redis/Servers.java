package io.skein.redis;

import java.util.List;
import org.redisson.config.Config;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** What differs between one server, sentinels and a cluster. Thread safe. */
interface Servers extends AutoCloseable {

  static Servers of(RedisSettings settings, JedisOptions options) {
    return switch (settings.address().arrangement()) {
      case SINGLE -> new SingleServer(settings.address(), options);
      case SENTINEL -> new SentinelServers(settings.address(), options);
      case CLUSTER -> new ClusterServers(settings.address(), options);
    };
  }

  /**
   * A pooled client.
   *
   * @throws JedisException when no server has been reached yet
   */
  UnifiedJedis jedis();

  /**
   * Writes a key on every master, since one that only answers (full, read-only, its disk full) is
   * of no use; learns at the same time what has moved.
   *
   * @throws JedisException why Redis cannot be used
   */
  void probe(KeySpace keys);

  /** As it was when the servers were last asked; empty before they ever answered. */
  List<RedisShard> shards();

  /** Tells Redisson of the servers. */
  void addTo(Config config);

  @Override
  void close();
}
