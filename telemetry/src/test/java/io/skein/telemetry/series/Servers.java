package io.skein.telemetry.series;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.postgres.SettableClock;
import io.skein.redis.Feature;
import io.skein.redis.RedisAddress;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.telemetry.Metrics;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/** A database and a prefix of their own, a clock, and instances that are flushed by hand. */
final class Servers implements AutoCloseable {
  static final Duration FLUSH = TelemetrySettings.defaults().flushInterval();

  final SettableClock clock =
      SettableClock.at(Instant.now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(10));
  final String databaseUrl;
  final Database database;
  final RedisSettings redisSettings;
  final RedisConnections redis;
  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  private Servers(RedisSettings toRedis) {
    databaseUrl = TestServers.postgres().createDatabase("telemetry", Servers::migrate).url();
    PostgresSettings postgres = PostgresSettings.parse(databaseUrl);
    database = Database.open(postgres.withPoolSize(4), "telemetry-test");
    redisSettings = toRedis.withKeyPrefix("test-" + UUID.randomUUID() + ":");
    redis = RedisConnections.open(redisSettings, "telemetry-test");
    awaitUse(redis);
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), List.of("postgres-core", "telemetry"));
  }

  static Servers open() {
    return new Servers(patient(TestServers.redis().url()));
  }

  /** One that waits for Redis no longer than a process does. */
  static Servers open(String redisUrl) {
    return new Servers(RedisSettings.of(redisUrl));
  }

  /** Redis has time: that the machine stands still is not taken for its absence. */
  static RedisSettings patient(String redisUrl) {
    Duration time = Duration.ofSeconds(5);
    return new RedisSettings(RedisAddress.parse(redisUrl), "skein:", time, time);
  }

  static void awaitUse(RedisConnections redis) {
    await().atMost(Duration.ofMinutes(1)).until(redis.gate(Feature.TELEMETRY)::open);
  }

  /** An instance as an executable has one. */
  record Counting(Metrics metrics, Telemetry telemetry) {
    MeterRegistry registry() {
      return metrics.registry();
    }
  }

  Counting instance(String name) {
    SeriesRegistry series = new SeriesRegistry();
    Metrics metrics = new Metrics(name, series);
    Telemetry telemetry =
        Telemetry.open(redis, database, name, TelemetrySettings.defaults(), clock, series);
    closeables.push(metrics);
    closeables.push(telemetry);
    return new Counting(metrics, telemetry);
  }

  /** Until Redis is known to have all, as within half a minute of every start. */
  void settle(Counting... instances) {
    for (int i = 0; i < 3; i++) {
      for (Counting instance : instances) {
        instance.telemetry().flush();
        instance.telemetry().roll();
      }
      clock.advance(FLUSH.multipliedBy(2));
    }
  }

  @Override
  public void close() throws Exception {
    while (!closeables.isEmpty()) {
      closeables.pop().close();
    }
    redis.close();
    database.close();
  }
}
