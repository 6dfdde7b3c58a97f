package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.redis.Feature;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.Servers.Counting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.params.RestoreParams;

/** A Redis that has kept its hashes, and lacks what it was told, or was not told, since then. */
@Timeout(120)
class GoneBackTest {
  private static final String NAME = "skein.things";
  private static final SeriesQuestion QUESTION = SeriesQuestion.of(NAME);

  private Servers servers;
  private Counting one;
  private Counting two;

  @BeforeEach
  void open() {
    servers = Servers.open();
    one = servers.instance("api-1");
    two = servers.instance("api-2");
    servers.settle(one, two);
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
  }

  private void flush() {
    servers.clock.advance(Servers.FLUSH);
    one.telemetry().flush();
    two.telemetry().flush();
  }

  private SeriesAnswer answer() {
    return one.telemetry().read(QUESTION, 60);
  }

  private long count() {
    return answer().all(QUESTION).values().stream().mapToLong(sum -> sum.count()).sum();
  }

  @Test
  void whatRedisHasForgottenByARestartFromASnapshotIsWrittenAgain() {
    one.registry().counter(NAME).increment(3);
    flush();
    Map<String, byte[]> snapshot = snapshot();
    one.registry().counter(NAME).increment(10);
    two.registry().counter(NAME).increment(20);
    flush();
    assertThat(count()).isEqualTo(33);
    snapshot.forEach((key, value) ->
        servers.redis.jedis().restore(key, 0, value, RestoreParams.restoreParams().replace()));
    flush();
    assertThat(answer().reason()).contains("may lack figures");
    flush();
    assertThat(count()).isEqualTo(33);
    servers.settle(one, two);
    assertThat(answer().source()).isEqualTo(Source.REDIS);
    assertThat(answer().reason()).isNull();
    assertThat(count()).isEqualTo(33);
  }

  @Test
  void whatWasCountedInALongOutageIsNotMissingWhereRedisKeptTheMinute() {
    one.registry().counter(NAME).increment(3);
    flush();
    assertThat(answer().reason()).isNull();
    servers.redis.gate(Feature.TELEMETRY).enable(false);
    one.registry().counter(NAME).increment(10);
    two.registry().counter(NAME).increment(20);
    passMinutes(40);
    assertThatRedisHasAllWhenItIsBack();
  }

  @Test
  void whatProcessesHaveCountedThatHaveGoneBeforeTheOutageIsOverIsNotMissing() throws Exception {
    one.registry().counter(NAME).increment(3);
    flush();
    servers.redis.gate(Feature.TELEMETRY).enable(false);
    one.registry().counter(NAME).increment(10);
    two.registry().counter(NAME).increment(20);
    passMinutes(30);
    one.telemetry().close();
    two.telemetry().close();
    one = servers.instance("api-1");
    two = servers.instance("api-2");
    passMinutes(5);
    assertThatRedisHasAllWhenItIsBack();
  }

  private void passMinutes(int minutes) {
    for (int i = 0; i < minutes; i++) {
      one.registry().counter("skein.others").increment();
      two.registry().counter("skein.others").increment();
      servers.clock.advance(Duration.ofMinutes(1));
      flush();
    }
  }

  private void assertThatRedisHasAllWhenItIsBack() {
    servers.redis.gate(Feature.TELEMETRY).enable(true);
    flush();
    assertThat(count()).isEqualTo(33);
    servers.settle(one, two);
    for (int i = 0; i < 8; i++) {
      flush(); // until Redis is no longer just back
    }
    assertThat(answer().source()).isEqualTo(Source.REDIS);
    assertThat(answer().reason()).isNull();
    assertThat(count()).isEqualTo(33);
  }

  private Map<String, byte[]> snapshot() {
    Map<String, byte[]> values = new HashMap<>();
    long present = Minutes.of(servers.clock.instant());
    for (long minute = present - 5; minute <= present + 1; minute++) {
      String key = servers.redis.keys().metrics(minute);
      byte[] value = servers.redis.jedis().dump(key);
      if (value != null) {
        values.put(key, value);
      }
    }
    return values;
  }
}
