package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.Servers.Counting;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RedisLossTest {
  private static final String NAME = "skein.things";

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
    return instance.telemetry().read(Set.of(NAME), 60).all(NAME).values().stream()
        .mapToLong(sum -> sum.figures().count())
        .sum();
  }

  @Test
  void a_query_during_an_outage_says_so_and_answers_what_was_rolled() {
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    flush();
    one.telemetry().roll();
    server.kill();
    awaitOpen(false);
    SeriesAnswer answer = two.telemetry().read(Set.of(NAME), 60);
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
    SeriesAnswer after = two.telemetry().read(Set.of(NAME), 60);
    assertThat(after.source()).isEqualTo(Source.REDIS);
    assertThat(after.complete()).isTrue();
    assertThat(count(two)).isEqualTo(117);
  }

  @Test
  void after_a_flush_the_figures_of_the_dead_come_from_postgres_and_are_brought_back() {
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    flush();
    one.telemetry().roll();
    server.flush(); // and api-2 is no more
    one.registry().counter(NAME).increment(10);
    servers.clock.advance(Servers.FLUSH);
    one.telemetry().flush();
    SeriesAnswer answer = one.telemetry().read(Set.of(NAME), 60);
    assertThat(answer.source()).isEqualTo(Source.REDIS_AND_POSTGRES);
    assertThat(answer.complete()).isTrue();
    assertThat(count(one)).isEqualTo(17);

    one.telemetry().roll();
    SeriesAnswer restored = one.telemetry().read(Set.of(NAME), 1);
    assertThat(restored.source()).isEqualTo(Source.REDIS);
    assertThat(restored.all(NAME).values().iterator().next().figures().count()).isEqualTo(17);
  }

  @Test
  void a_frozen_redis_holds_up_no_query_and_loses_nothing() {
    one.registry().counter(NAME).increment(3);
    flush();
    server.freeze();
    try {
      one.registry().counter(NAME).increment(4);
      flush(); // its answer is lost, and perhaps only that
      SeriesAnswer answer = one.telemetry().read(Set.of(NAME), 60);
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
  void one_leader_rolls_for_all_also_what_a_dead_process_left() {
    one.registry().counter(NAME).increment(3);
    two.registry().counter(NAME).increment(4);
    flush();
    two.telemetry().roll(); // takes the lease
    one.registry().counter(NAME).increment(5);
    flush();
    one.telemetry().roll(); // has no lease
    PostgresSeries kept = new PostgresSeries(servers.database);
    long minute = Minutes.of(servers.clock.instant());
    assertThat(kept.read(Set.of(NAME), minute - 5, minute).parts())
        .extracting(Part::flush)
        .containsOnly(1L);
    two.telemetry().roll();
    assertThat(kept.read(Set.of(NAME), minute - 5, minute).parts())
        .extracting(Part::flush)
        .containsExactlyInAnyOrder(1L, 2L);
  }
}
