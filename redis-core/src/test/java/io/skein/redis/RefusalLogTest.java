package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.redisson.client.RedisException;
import org.redisson.client.RedisTimeoutException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import redis.clients.jedis.exceptions.JedisDataException;

class RefusalLogTest {
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLog.class);
  private long now = Long.MAX_VALUE - 1; // it may overflow

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void forget() {
    logger.detachAppender(lines);
  }

  @Test
  void aKeyOfAnotherTypeIsToldOncePerHalfMinuteWithItsTrace() {
    RefusalLog log = new RefusalLog(Feature.RATE_LIMIT, () -> now);
    for (int seconds = 0; seconds < 61; seconds++) {
      log.refused("taking", new JedisDataException("WRONGTYPE Operation against a key"));
      now += Duration.ofSeconds(1).toNanos();
    }
    assertThat(lines.list).hasSize(3).allMatch(line -> line.getThrowableProxy() != null);
    assertThat(lines.list.getFirst().getKeyValuePairs())
        .containsExactly(
            new KeyValuePair("feature", "rate_limit"), new KeyValuePair("doing", "taking"));
  }

  @Test
  void theOtherClientsAnswersAreToldAndItsSilenceIsNot() {
    assertThat(RedisErrors.isAnswer(new RedisException("NOPERM this user has no permissions")))
        .isTrue();
    assertThat(RedisErrors.isAnswer(new RedisTimeoutException("Redis server response timeout")))
        .isFalse();
  }

  @Test
  void whatAnOutageBringsIsNot() {
    RefusalLog log = new RefusalLog(Feature.RATE_LIMIT, () -> now);
    for (String answer : List.of("OOM command not allowed", "LOADING", "READONLY You can't")) {
      log.refused("taking", new JedisDataException(answer));
    }
    assertThat(lines.list).isEmpty();
  }

  @Test
  void theGateTellsOfItAndItsExceptionDoesNotSpeakOfSilence() {
    RedisHealth health = new RedisHealth(() -> {});
    health.observe(true);
    FeatureGates gates = new FeatureGates(health);
    gates.start();
    assertThatThrownBy(() ->
            gates
                .of(Feature.LOCKS)
                .tell(
                    "acquiring",
                    () -> {
                      throw new JedisDataException("ERR Error running script");
                    }))
        .isInstanceOf(RedisAwayException.class)
        .hasMessage("acquiring: Redis refused");
    assertThat(lines.list).hasSize(1);
  }
}
