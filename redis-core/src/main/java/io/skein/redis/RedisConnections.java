package io.skein.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The connections of one process to Redis: one server, sentinels or a cluster. Redisson is the
 * default client; Jedis carries the relay pipeline, the feed and whatever needs one quick answer.
 * Opening does not need a server: it heals. Thread safe.
 */
public final class RedisConnections implements AutoCloseable {
  private final JedisOptions options;
  private final Servers servers;
  private final RedissonClient redisson;
  private final RedisHealth health;
  private final FeatureGates gates;
  private final KeySpace keys;

  private RedisConnections(RedisSettings settings, String clientName) {
    this.options = JedisOptions.of(settings, clientName);
    this.servers = Servers.of(settings, options);
    this.redisson = Redisson.create(RedissonOptions.config(settings, clientName, servers));
    this.keys = new KeySpace(settings.keyPrefix());
    this.health = new RedisHealth(() -> servers.probe(keys));
    this.gates = new FeatureGates(health);
  }

  /**
   * Opens both clients and begins to watch the servers.
   *
   * @param clientName shown in {@code CLIENT LIST}; the instance's name
   */
  public static RedisConnections open(RedisSettings settings, String clientName) {
    RedisConnections connections = new RedisConnections(settings, clientName);
    connections.health.start();
    connections.gates.start();
    return connections;
  }

  public RedissonClient redisson() {
    return redisson;
  }

  /**
   * A pooled client: each command borrows a connection, waits at most the time-out, then throws.
   *
   * @throws JedisException while neither a sentinel nor a node of the cluster was ever reached
   */
  public UnifiedJedis jedis() {
    return servers.jedis();
  }

  /**
   * Publishes on a sharded channel.
   *
   * @throws JedisException when the channel's server does not answer
   */
  public void publish(String channel, byte[] message) {
    byte[] name = channel.getBytes(UTF_8);
    jedis().sendCommand(name, Protocol.Command.SPUBLISH, name, message);
  }

  public RedisHealth health() {
    return health;
  }

  /** Which features read from Redis now. */
  public FeatureGates gates() {
    return gates;
  }

  /** The gate of one feature; always the same one. */
  public FeatureGate gate(Feature feature) {
    return gates.of(feature);
  }

  public KeySpace keys() {
    return keys;
  }

  /** The masters, as they were within the last second; empty before they ever answered. */
  public List<RedisShard> shards() {
    return servers.shards();
  }

  /**
   * Opens a connection of its own to a shard, for subscriptions and for what goes over all of its
   * keys. Connecting waits at most the time-outs, also on a server that hangs; {@code subscribe}
   * itself then reads without limit. The caller closes it.
   *
   * @throws JedisException when the server cannot be reached
   */
  public Jedis connect(RedisShard shard) {
    return new Jedis(JedisOptions.hostAndPort(shard.master()), options.client());
  }

  /**
   * As {@link #connect(RedisShard)}, to any of them: a message that is not sharded reaches all.
   *
   * @throws JedisException when no server can be reached
   */
  public Jedis connect() {
    return connect(
        shards().stream()
            .findFirst()
            .orElseThrow(() -> new JedisConnectionException("no server has been reached yet")));
  }

  @Override
  public void close() {
    health.close();
    servers.close();
    redisson.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
