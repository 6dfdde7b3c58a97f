package io.skein.redis;

import java.time.Duration;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.SingleServerConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The connections of one process to Redis. Redisson is the default client; Jedis carries the relay
 * pipeline, the feed and whatever needs one quick answer. Opening does not need a server: it heals.
 * Thread safe.
 */
public final class RedisConnections implements AutoCloseable {
  private static final int POOL_SIZE = 16;

  private final RedisSettings settings;
  private final String clientName;
  private final RedissonClient redisson;
  private final RedisClient jedis;
  private final RedisHealth health;
  private final KeySpace keys;

  private RedisConnections(RedisSettings settings, String clientName) {
    this.settings = settings;
    this.clientName = clientName;
    this.redisson = Redisson.create(redissonConfig());
    this.jedis = jedisClient();
    this.keys = new KeySpace(settings.keyPrefix());
    this.health = new RedisHealth(this::answers);
  }

  /**
   * Opens both clients and begins to watch the server.
   *
   * @param clientName shown in {@code CLIENT LIST}; the instance's name
   */
  public static RedisConnections open(RedisSettings settings, String clientName) {
    RedisConnections connections = new RedisConnections(settings, clientName);
    connections.health.start();
    return connections;
  }

  public RedissonClient redisson() {
    return redisson;
  }

  /**
   * A pooled client: each command borrows a connection, waits at most the time-out, then throws.
   */
  public UnifiedJedis jedis() {
    return jedis;
  }

  public RedisHealth health() {
    return health;
  }

  public KeySpace keys() {
    return keys;
  }

  /**
   * Opens a connection of its own for subscriptions. Connecting waits at most the time-outs, also
   * on a server that hangs; {@code subscribe} itself then reads without limit. The caller closes
   * it.
   *
   * @throws JedisException when the server cannot be reached
   */
  public Jedis openSubscriber() {
    return new Jedis(address(), jedisConfig());
  }

  @Override
  public void close() {
    health.close();
    jedis.close();
    redisson.shutdown(0, 2, java.util.concurrent.TimeUnit.SECONDS);
  }

  private boolean answers() {
    try {
      return "PONG".equals(jedis.ping());
    } catch (JedisException e) {
      return false;
    }
  }

  private RedisClient jedisClient() {
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(POOL_SIZE);
    pool.setMaxIdle(POOL_SIZE);
    pool.setMaxWait(settings.timeout());
    pool.setJmxEnabled(false);
    return RedisClient.builder()
        .hostAndPort(address())
        .clientConfig(jedisConfig())
        .poolConfig(pool)
        .build();
  }

  private HostAndPort address() {
    return new HostAndPort(settings.url().getHost(), settings.port());
  }

  private JedisClientConfig jedisConfig() {
    return DefaultJedisClientConfig.builder(settings.url())
        .ssl(settings.tls())
        .clientName(clientName)
        .autoNegotiateProtocol(false)
        .connectionTimeoutMillis(millis(settings.connectTimeout()))
        .socketTimeoutMillis(millis(settings.timeout()))
        .build();
  }

  /**
   * Redisson's defaults hold a caller for about 20 s when Redis hangs; these hold it for less than
   * a second.
   */
  private Config redissonConfig() {
    Config config = new Config();
    config.setCodec(StringCodec.INSTANCE);
    config.setLazyInitialization(true);
    config.setThreads(2);
    config.setNettyThreads(2);
    config.setTcpKeepAlive(true);
    SingleServerConfig server = config.useSingleServer();
    server.setAddress(
        settings.url().getScheme() + "://" + settings.url().getHost() + ":" + settings.port());
    applyCredentials(config);
    server.setClientName(clientName);
    server.setTimeout(millis(settings.timeout()));
    server.setConnectTimeout(millis(settings.connectTimeout()));
    server.setRetryAttempts(1);
    server.setRetryDelay(new ConstantDelay(Duration.ofMillis(40)));
    server.setPingConnectionInterval(4000);
    server.setConnectionMinimumIdleSize(1);
    server.setConnectionPoolSize(POOL_SIZE);
    server.setSubscriptionConnectionMinimumIdleSize(1);
    server.setSubscriptionConnectionPoolSize(4);
    return config;
  }

  private void applyCredentials(Config config) {
    String info = settings.url().getUserInfo();
    if (info != null) {
      int colon = info.indexOf(':');
      if (colon > 0) {
        config.setUsername(info.substring(0, colon));
      }
      config.setPassword(info.substring(colon + 1));
    }
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
