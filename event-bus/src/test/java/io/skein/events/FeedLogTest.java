package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.skein.redis.RedisSettings;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** An outage of Redis is one sentence about the feed, however often it tries to connect again. */
class FeedLogTest {
  @Test
  void anOutageIsOneSentenceWithoutATrace() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(RedisFeedLink.class);
    logger.setLevel(Level.WARN);
    log.start();
    logger.addAppender(log);
    try (RedisServer server = TestServers.newRedis(EmbeddedRedis.Persistence.NONE);
        Instance instance =
            Instance.start(
                Instance.newDatabase(),
                RedisSettings.of(server.url()),
                "feed-log",
                EventSettings.defaults())) {
      for (int outage = 0; outage < 2; outage++) {
        Stalls.repeatIfStalled(() -> { // a connection that was silent for long is told of too
          await().atMost(Duration.ofSeconds(30)).until(() -> instance.bus.feed().live());
          int before = warnings(log).size();
          server.kill();
          try {
            await().until(() -> !instance.bus.feed().live());
            await().until(() -> !instance.redis.health().available());
          } finally {
            server.start();
          }
          await().atMost(Duration.ofSeconds(30)).until(() -> instance.bus.feed().live());
          assertThat(warnings(log)).hasSize(before + 1);
        });
      }
    } finally {
      logger.detachAppender(log);
      logger.setLevel(null);
    }
  }

  private static List<ILoggingEvent> warnings(ListAppender<ILoggingEvent> log) {
    List<ILoggingEvent> warnings =
        log.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN)).toList();
    assertThat(warnings).allMatch(event -> event.getThrowableProxy() == null);
    return warnings;
  }
}
