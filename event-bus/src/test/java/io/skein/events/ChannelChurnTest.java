package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisSettings;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol;

/** A watcher that leaves and comes back at once costs nobody else the connection. */
class ChannelChurnTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String NAME = "churn-watcher";

  @Test
  void theConnectionOutlivesEveryWatcher() {
    RedisSettings settings =
        RedisSettings.of(TestServers.redis().url()).withKeyPrefix("churn-test:");
    try (Instance instance =
        Instance.start(Instance.newDatabase(), settings, NAME, Instance.REDIS_ALONE)) {
      Stalls.repeatIfStalled(() -> { // a connection that was silent for long is made again
        await().atMost(SOON).until(() -> instance.bus.feed().live());
        StreamId stream = instance.open();
        List<String> before = feedConnections(instance);
        assertThat(before).hasSize(1);
        Recorder last = instance.watch(stream, 0);
        for (int n = 0; n < 300; n++) {
          Objects.requireNonNull(last.subscription).close();
          last = instance.watch(stream, 0);
        }
        instance.append(stream, NewEvent.of("a"), NewEvent.of("b"));
        last.awaitExactly(1, 2, SOON);
        assertThat(feedConnections(instance)).isEqualTo(before);
      });
    }
  }

  /** Ids of the connections of this instance that are subscribed to anything. */
  private static List<String> feedConnections(Instance instance) {
    byte[] answer =
        (byte[])
            instance.redis.jedis().sendCommand(Protocol.Command.CLIENT, "LIST", "TYPE", "pubsub");
    return new String(answer, UTF_8)
        .lines()
        .filter(line -> line.contains(" name=" + NAME + " "))
        .map(line -> line.split(" ", 2)[0])
        .toList();
  }
}
