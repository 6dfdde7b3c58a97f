package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.redis.RedisConnections;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.Servers.Counting;
import io.skein.testing.TestServers;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Over a network on which every round trip takes a while, a query takes that while once. */
class OneRoundTripTest {
  private static final Duration THERE = Duration.ofMillis(30);
  private static final Duration ROUND_TRIP = THERE.multipliedBy(2);
  private static final Duration LESS_THAN_TWO = ROUND_TRIP.multipliedBy(2).minusMillis(5);

  /** A busy machine adds its own time to most of them. */
  private static final int TRIES = 50;

  private static final List<SeriesQuestion> QUESTIONS =
      List.of(SeriesQuestion.of("skein.a"), SeriesQuestion.of("skein.b"));

  @Test
  void anHourOfSeveralNamesIsReadInOne() throws Exception {
    URI real = URI.create(TestServers.redis().url());
    try (Servers near = Servers.open();
        SlowNetwork network = new SlowNetwork(real.getHost(), real.getPort(), THERE);
        RedisConnections far =
            RedisConnections.open(
                Servers.patient("redis://127.0.0.1:" + network.port())
                    .withKeyPrefix(near.redisSettings.keyPrefix()),
                "far")) {
      Servers.awaitUse(far);
      Counting counting = near.instance("api-1");
      for (int minute = 0; minute < 60; minute++) {
        counting.registry().counter("skein.a").increment();
        counting.registry().counter("skein.b").increment();
        counting.telemetry().flush();
        near.clock.advance(Duration.ofMinutes(1));
      }
      try (Telemetry asked =
          Telemetry.open(far, near.database, "api-2", TelemetrySettings.defaults(), near.clock)) {
        Duration shortest = Duration.ofDays(1);
        for (int i = 0; i < TRIES && shortest.compareTo(LESS_THAN_TWO) > 0; i++) {
          long begin = System.nanoTime();
          SeriesAnswer answer = asked.read(QUESTIONS, 30);
          Duration time = Duration.ofNanos(System.nanoTime() - begin);
          assertThat(answer.source()).isEqualTo(Source.REDIS);
          QUESTIONS.forEach(question -> assertThat(answer.all(question)).hasSizeGreaterThan(25));
          shortest = time.compareTo(shortest) < 0 ? time : shortest;
        }
        assertThat(shortest).isBetween(ROUND_TRIP, LESS_THAN_TWO);
      }
    }
  }
}
