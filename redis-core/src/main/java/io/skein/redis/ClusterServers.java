package io.skein.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.redisson.config.ClusterServersConfig;
import org.redisson.config.Config;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A cluster. It counts as usable only when every master is: one that is missing would fail some
 * flows for as long as its replica needs to take over, and PostgreSQL carries all of them.
 */
final class ClusterServers implements Servers {
  private static final int ATTEMPTS = 2;
  private static final int SCAN_MILLIS = 1_000;

  private final RedisAddress address;
  private final JedisOptions options;
  private final LateClient<RedisClusterClient> client;
  private volatile List<RedisShard> shards = List.of();

  ClusterServers(RedisAddress address, JedisOptions options) {
    this.address = address;
    this.options = options;
    this.client = new LateClient<>(this::make);
  }

  private RedisClusterClient make() {
    return RedisClusterClient.builder()
        .nodes(JedisOptions.hostsAndPorts(address))
        .clientConfig(options.client())
        .poolConfig(options.pool())
        .maxAttempts(ATTEMPTS)
        .maxTotalRetriesDuration(
            Duration.ofMillis(options.client().getSocketTimeoutMillis()).multipliedBy(ATTEMPTS))
        .topologyRefreshPeriod(Duration.ofMillis(SCAN_MILLIS))
        .build();
  }

  @Override
  public UnifiedJedis jedis() {
    return client.get();
  }

  @Override
  public void probe(KeySpace keys) {
    Map<String, ConnectionPool> pools = client.get().getClusterNodes();
    List<RedisShard> found = ask(pools);
    try {
      if (found.isEmpty()) {
        throw new JedisClusterOperationException("no node knows a master for every slot");
      }
      found.forEach(shard -> write(pools, shard, keys.health(shard.tag())));
      shards = found;
    } catch (JedisException e) {
      client.get().refreshClusterTopology();
      throw e;
    }
  }

  private static void write(Map<String, ConnectionPool> pools, RedisShard shard, String key) {
    ConnectionPool pool = pools.get(shard.master().toString());
    if (pool == null) {
      throw new JedisClusterOperationException("the client has not heard yet of " + shard.master());
    }
    JedisOptions.pastDeadConnections(
        List.of(pool),
        () -> {
          try (Jedis jedis = new Jedis(pool.getResource())) {
            jedis.psetex(key, KeySpace.HEALTH_LIFE_MILLIS, "");
          }
        });
  }

  /** What the first node that answers says; empty when a slot is nobody's or none answers. */
  private static List<RedisShard> ask(Map<String, ConnectionPool> pools) {
    for (ConnectionPool pool : pools.values()) {
      try (Jedis jedis = new Jedis(pool.getResource())) {
        return read(jedis.clusterSlots());
      } catch (JedisException e) {
        // The next node is asked; none at all is what the caller reports.
        continue;
      }
    }
    return List.of();
  }

  private static List<RedisShard> read(List<Object> clusterSlots) {
    Map<RedisAddress.Node, List<RedisShard.SlotRange>> byMaster = new LinkedHashMap<>();
    for (Object entry : clusterSlots) {
      List<?> range = (List<?>) entry;
      List<?> master = (List<?>) range.get(2);
      RedisAddress.Node node =
          new RedisAddress.Node(
              new String((byte[]) master.get(0), UTF_8), Math.toIntExact((Long) master.get(1)));
      byMaster
          .computeIfAbsent(node, unseen -> new ArrayList<>())
          .add(
              new RedisShard.SlotRange(
                  Math.toIntExact((Long) range.get(0)), Math.toIntExact((Long) range.get(1))));
    }
    return byMaster.entrySet().stream()
        .map(entry -> RedisShard.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public List<RedisShard> shards() {
    return shards;
  }

  @Override
  public void addTo(Config config) {
    ClusterServersConfig servers = config.useClusterServers();
    servers.addNodeAddress(RedissonOptions.addresses(address));
    servers.setScanInterval(SCAN_MILLIS);
    RedissonOptions.mastersOnly(servers);
  }

  @Override
  public void close() {
    client.close();
  }
}
