package io.skein.redis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;

/**
 * How Redisson connects. Its defaults hold a caller for about 20 s when Redis hangs; these hold it
 * for less than a second.
 */
final class RedissonOptions {
  static final int POOL_SIZE = 16;
  static final int SUBSCRIPTION_POOL_SIZE = 4;

  private RedissonOptions() {}

  static Config config(RedisSettings settings, String clientName, Servers servers) {
    Config config = new Config();
    config.setCodec(StringCodec.INSTANCE);
    config.setLazyInitialization(true);
    config.setThreads(2);
    config.setNettyThreads(2);
    config.setTcpKeepAlive(true);
    applyCredentials(config, settings.address());
    servers.addTo(config);
    BaseConfig<?> common = common(config);
    common.setClientName(clientName);
    common.setTimeout(millis(settings.timeout()));
    common.setConnectTimeout(millis(settings.connectTimeout()));
    common.setRetryAttempts(1);
    common.setRetryDelay(new ConstantDelay(Duration.ofMillis(40)));
    common.setPingConnectionInterval(4000);
    return config;
  }

  /** Of several servers only masters are asked: a replica may not know yet what was answered. */
  static void mastersOnly(BaseMasterSlaveServersConfig<?> servers) {
    servers.setReadMode(ReadMode.MASTER);
    servers.setSubscriptionMode(SubscriptionMode.MASTER);
    servers.setMasterConnectionMinimumIdleSize(1);
    servers.setMasterConnectionPoolSize(POOL_SIZE);
    servers.setSubscriptionConnectionMinimumIdleSize(1);
    servers.setSubscriptionConnectionPoolSize(SUBSCRIPTION_POOL_SIZE);
  }

  static String[] addresses(RedisAddress address) {
    return address.nodes().stream()
        .map(node -> address.scheme() + "://" + node)
        .toArray(String[]::new);
  }

  private static BaseConfig<?> common(Config config) {
    if (config.isSingleConfig()) {
      return config.useSingleServer();
    }
    return config.isClusterConfig() ? config.useClusterServers() : config.useSentinelServers();
  }

  private static void applyCredentials(Config config, RedisAddress address) {
    @Nullable String user = address.user();
    if (user != null) {
      config.setUsername(user);
    }
    if (address.password() != null) {
      config.setPassword(address.password());
    }
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
