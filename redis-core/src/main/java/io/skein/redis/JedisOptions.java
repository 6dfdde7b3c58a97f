package io.skein.redis;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * How Jedis connects. A caller waits at most {@link #POOL_WAIT} for a connection and then for the
 * command's time-out, also when a new connection is needed.
 */
record JedisOptions(JedisClientConfig client, GenericObjectPoolConfig<Connection> pool) {
  private static final int POOL_SIZE = 16;

  /** When all are in use for so long Redis is too slow: the caller takes the other way. */
  private static final Duration POOL_WAIT = Duration.ofMillis(100);

  static JedisOptions of(RedisSettings settings, String clientName) {
    RedisAddress address = settings.address();
    JedisClientConfig client =
        DefaultJedisClientConfig.builder()
            .user(address.user())
            .password(address.password())
            .database(address.database())
            .ssl(address.tls())
            .clientName(clientName)
            .autoNegotiateProtocol(false)
            .connectionTimeoutMillis(
                Math.min(millis(settings.connectTimeout()), millis(settings.timeout())))
            .socketTimeoutMillis(millis(settings.timeout()))
            .build();
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(POOL_SIZE);
    pool.setMaxIdle(POOL_SIZE);
    pool.setMaxWait(POOL_WAIT);
    pool.setJmxEnabled(false);
    return new JedisOptions(client, pool);
  }

  static HostAndPort hostAndPort(RedisAddress.Node node) {
    return new HostAndPort(node.host(), node.port());
  }

  static Set<HostAndPort> hostsAndPorts(RedisAddress address) {
    return address.nodes().stream().map(JedisOptions::hostAndPort).collect(Collectors.toSet());
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
