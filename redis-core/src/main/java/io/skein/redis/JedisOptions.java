package io.skein.redis;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Pool;

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

  /**
   * Makes a call, and once more without what was idle when its connection turns out to be dead: a
   * server that restarted has cut all of them, and each would cost a call. A call that waited in
   * vain is not repeated.
   *
   * @throws JedisException what the last try threw
   */
  static void pastDeadConnections(Collection<? extends Pool<Connection>> pools, Runnable call) {
    try {
      call.run();
    } catch (JedisConnectionException e) {
      if (e.getCause() instanceof SocketTimeoutException) {
        throw e;
      }
      pools.forEach(Pool::clear);
      call.run();
    }
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
