package io.skein.locks;

import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol;

class RedisWakeChannelTest {
  private static final Duration WHILE = Duration.ofSeconds(1);

  private RedisConnections redis;
  private String name;
  private RedisWakeChannel channel;

  @BeforeEach
  void open() {
    redis = RedisConnections.open(RedisSettings.of(TestServers.redis().url()), "locks-test");
    name = redis.keys().lockTurns(UUID.randomUUID().toString());
    redis
        .redisson()
        .getBucket(name)
        .isExists(); // so that subscribing does not wait for a connection
    channel = new RedisWakeChannel(redis.redisson(), name, new Waiters(System::nanoTime));
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void aChannelThatIsClosedIsHeardNoMore() {
    channel.listen();
    await().ignoreExceptions().until(this::heard);
    channel.close();
    await().during(WHILE).ignoreExceptions().until(() -> !heard());
  }

  @Test
  void aChannelThatIsClosedBeforeItIsHeardNeverIs() {
    channel.listen();
    channel.close();
    await().during(WHILE).ignoreExceptions().until(() -> !heard());
  }

  private boolean heard() {
    return redis.jedis().sendCommand(Protocol.Command.PUBSUB, "CHANNELS", name) instanceof List<?> s
        && !s.isEmpty();
  }
}
