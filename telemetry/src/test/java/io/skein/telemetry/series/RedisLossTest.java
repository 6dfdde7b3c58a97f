package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.Servers.Counting;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(120)
class RedisLossTest {
  private static final String NAME = "skein.things";
  private static final SeriesQuestion QUESTION = SeriesQuestion.of(NAME);

  private RedisServer server;
  private Servers servers;
  private Counting one;
  private Counting two;

  @BeforeEach
  void open() {
    server = TestServers.newRedis();
    servers = Servers.open(server.url());
    one = servers.instance("api-1");
    two = servers.instance("api-2");
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
    server.close();
  }

  private void flush() {
    servers.clock.advance(Servers.FLUSH);
    one.telemetry().flush();
    two.telemetry().flush();
  }

  private void minuteLater() {
    servers.clock.advance(Duration.ofMinutes(1));
    flush();
  }

  private void awaitOpen(boolean open) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> servers.redis.gate(Feature.TELEMETRY).open() == open);
  }

  private long count(Counting instance) {
    return instance.telemetry().read(QUESTION, 60).all(QUESTION).values().stream()
        .mapToLong(sum -> sum.count())
        .sum();
  }

  @Test
  void aQueryDuringAnOutageSaysSoAndAnswersWhatWasRolled() {
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    flush();
    one.telemetry().roll();
    server.kill();
    awaitOpen(false);
    SeriesAnswer answer = two.telemetry().read(QUESTION, 60);
    assertThat(answer.source()).isEqualTo(Source.POSTGRES);
    assertThat(answer.complete()).isFalse();
    assertThat(answer.reason()).contains("Redis cannot be used");
    assertThat(count(two)).isEqualTo(7);

    one.registry().counter(NAME).increment(10);
    minuteLater(); // written to PostgreSQL by the instance itself
    assertThat(count(two)).isEqualTo(17);
    server.start(); // without its data
    awaitOpen(true);
    one.registry().counter(NAME).increment(100);
    minuteLater(); // each writes again what it counted itself
    assertThat(count(two)).isEqualTo(117);
    assertThat(two.telemetry().read(QUESTION, 60).complete()).isFalse();
    servers.settle(one, two);
    SeriesAnswer after = two.telemetry().read(QUESTION, 60);
    assertThat(after.source()).isEqualTo(Source.REDIS);
    assertThat(after.complete()).isTrue();
    assertThat(count(two)).isEqualTo(117);
  }

  @Test
  void afterAFlushTheFiguresOfTheDeadComeFromPostgresUntilTheyAreBroughtBack() {
    servers.settle(one, two);
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    minuteLater();
    minuteLater();
    one.telemetry().roll();
    assertThat(one.telemetry().read(QUESTION, 60).reason()).isNull();
    server.flush(); // and api-2 is no more
    one.registry().counter(NAME).increment(10);
    servers.clock.advance(Servers.FLUSH);
    one.telemetry().flush(); // the hashes are there again, with what this one counted
    for (int minutes : new int[] {4, 60}) {
      SeriesAnswer answer = one.telemetry().read(QUESTION, minutes);
      assertThat(answer.source()).isEqualTo(Source.REDIS_AND_POSTGRES);
      assertThat(answer.reason()).contains("may lack figures of " + minutes + " of these minutes");
      assertThat(count(one)).isEqualTo(17);
    }

    Counting successor = servers.instance("api-1"); // leads from now on, and rolled nothing itself
    servers.settle(successor);
    SeriesAnswer restored = successor.telemetry().read(QUESTION, 60);
    assertThat(restored.source()).isEqualTo(Source.REDIS);
    assertThat(restored.reason()).isNull();
    assertThat(count(successor)).isEqualTo(17);
  }

  @Test
  void aMinuteIsWholeAgainOnlyWhenThoseWhoLiveHaveHadTheTimeToWriteIt() {
    servers.settle(one, two);
    two.registry().counter(NAME).increment(4);
    flush(); // was not rolled
    server.flush();
    one.telemetry().flush();
    one.telemetry().roll();
    assertThat(one.telemetry().read(QUESTION, 60).complete()).isFalse();
    servers.clock.advance(Servers.FLUSH.multipliedBy(2));
    two.telemetry().flush();
    one.telemetry().flush();
    assertThat(one.telemetry().read(QUESTION, 60).complete()).isFalse();
    one.telemetry().roll();
    assertThat(one.telemetry().read(QUESTION, 60).reason()).isNull();
    assertThat(count(one)).isEqualTo(4);
  }

  @Test
  void oneMinuteThatWasLostIsNoticedAndBroughtBack() {
    servers.settle(one, two);
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    minuteLater();
    minuteLater();
    one.telemetry().roll();
    long lost = Minutes.of(servers.clock.instant()) - 1;
    servers.redis.jedis().del(servers.redis.keys().metrics(lost)); // as a server of a cluster does
    assertThat(one.telemetry().read(QUESTION, 60).reason())
        .contains("may lack figures of 1 of these minutes");
    assertThat(count(one)).isEqualTo(7);
    servers.settle(one);
    SeriesAnswer restored = one.telemetry().read(QUESTION, 60);
    assertThat(restored.source()).isEqualTo(Source.REDIS);
    assertThat(restored.reason()).isNull();
    assertThat(count(one)).isEqualTo(7);
  }

  @Test
  void whatAProcessCouldWriteToPostgresAloneBeforeItEndedComesToRedis() throws Exception {
    servers.settle(one, two);
    Counting cutOff = servers.instance("api-3");
    cutOff.registry().counter(NAME).increment(5);
    server.kill();
    awaitOpen(false);
    cutOff.telemetry().close();
    server.start();
    awaitOpen(true);
    servers.settle(one, two);
    servers.clock.advance(Duration.ofSeconds(30));
    SeriesAnswer answer = one.telemetry().read(QUESTION, 60);
    assertThat(answer.source()).isEqualTo(Source.REDIS);
    assertThat(answer.reason()).isNull();
    assertThat(count(one)).isEqualTo(5);
  }

  @Test
  void anOrdinaryAnswerNeedsNoPostgresThoughNothingWasCounted() throws Exception {
    servers.settle(one, two);
    minuteLater();
    PostgresSettings nowhere = PostgresSettings.parse("postgresql://no:no@127.0.0.1:1/none");
    try (Database away = Database.open(nowhere.withPoolSize(2), "away");
        Telemetry asked =
            Telemetry.open(
                servers.redis, away, "api-3", TelemetrySettings.defaults(), servers.clock)) {
      SeriesAnswer answer = asked.read(QUESTION, 60);
      assertThat(answer.reason()).isNull();
      assertThat(answer.source()).isEqualTo(Source.REDIS);
    }
  }

  @Test
  void aFrozenRedisHoldsUpNoQueryAndLosesNothing() {
    one.registry().counter(NAME).increment(3);
    flush();
    server.freeze();
    try {
      one.registry().counter(NAME).increment(4);
      flush(); // its answer is lost, and perhaps only that
      SeriesAnswer answer = one.telemetry().read(QUESTION, 60);
      assertThat(answer.complete()).isFalse();
      assertThat(count(one)).isEqualTo(7);
    } finally {
      server.thaw();
    }
    awaitOpen(true);
    flush();
    flush();
    assertThat(count(two)).isEqualTo(7);
  }

  @Test
  void oneLeaderRollsForAllAlsoWhatADeadProcessLeft() {
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    flush();
    two.telemetry().roll(); // takes the lease
    one.registry().counter(NAME).increment(5);
    flush();
    one.telemetry().roll(); // has no lease
    PostgresSeries kept = new PostgresSeries(servers.database);
    long minute = Minutes.of(servers.clock.instant());
    assertThat(kept.read(Set.of(NAME), minute - 5, minute))
        .extracting(Part::flush)
        .containsOnly(1L);
    servers.clock.advance(Servers.FLUSH);
    two.telemetry().roll();
    assertThat(kept.read(Set.of(NAME), minute - 5, minute))
        .extracting(Part::flush)
        .containsExactlyInAnyOrder(1L, 2L);
  }
}
