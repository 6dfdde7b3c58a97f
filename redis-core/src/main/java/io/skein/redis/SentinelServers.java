package io.skein.redis;

import java.util.List;
import java.util.Objects;
import org.redisson.config.Config;
import org.redisson.config.SentinelServersConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** A master whose successor sentinels choose. Credentials are those of the master. */
final class SentinelServers implements Servers {
  private final RedisAddress address;
  private final JedisOptions options;
  private final LateClient<RedisSentinelClient> client;

  SentinelServers(RedisAddress address, JedisOptions options) {
    this.address = address;
    this.options = options;
    this.client = new LateClient<>(this::make);
  }

  private RedisSentinelClient make() {
    return RedisSentinelClient.builder()
        .masterName(masterName())
        .sentinels(JedisOptions.hostsAndPorts(address))
        .sentinelClientConfig(sentinelConfig())
        .clientConfig(options.client())
        .poolConfig(options.pool())
        .build();
  }

  private JedisClientConfig sentinelConfig() {
    return DefaultJedisClientConfig.builder()
        .ssl(address.tls())
        .autoNegotiateProtocol(false)
        .connectionTimeoutMillis(options.client().getConnectionTimeoutMillis())
        .socketTimeoutMillis(options.client().getSocketTimeoutMillis())
        .build();
  }

  private String masterName() {
    return Objects.requireNonNull(address.masterName());
  }

  @Override
  public UnifiedJedis jedis() {
    return client.get();
  }

  @Override
  public void probe(KeySpace keys) {
    RedisSentinelClient jedis = client.get();
    String key = keys.health("sentinel");
    JedisOptions.pastDeadConnections(
        jedis.getPrimaryNodesConnectionMap().values(),
        () -> jedis.psetex(key, KeySpace.HEALTH_LIFE_MILLIS, ""));
  }

  @Override
  public List<RedisShard> shards() {
    try {
      HostAndPort master = client.get().getCurrentMaster();
      RedisAddress.Node node = new RedisAddress.Node(master.getHost(), master.getPort());
      return List.of(RedisShard.of(node, List.of(RedisShard.SlotRange.ALL)));
    } catch (JedisException e) {
      return List.of();
    }
  }

  @Override
  public void addTo(Config config) {
    SentinelServersConfig servers = config.useSentinelServers();
    servers.setMasterName(masterName());
    servers.setDatabase(address.database());
    servers.addSentinelAddress(RedissonOptions.addresses(address));
    // One sentinel is enough to find the master; how many there must be is theirs to decide.
    servers.setCheckSentinelsList(false);
    RedissonOptions.mastersOnly(servers);
  }

  @Override
  public void close() {
    client.close();
  }
}
