package io.skein.locks;

import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Real stores for one test class, and how another process reaches them. */
record Stores(
    Database database,
    RedisConnections redis,
    PostgresSettings postgres,
    RedisSettings redisSettings)
    implements AutoCloseable {

  static Stores open(String redisUrl) {
    return open(redisUrl, TestServers.postgres());
  }

  static Stores open(String redisUrl, PostgresServer server) {
    PostgresSettings postgres =
        PostgresSettings.parse(server.createDatabase("locks", Stores::migrate).url())
            .withPoolSize(20);
    RedisSettings redis = RedisSettings.of(redisUrl).withKeyPrefix("locks" + UUID.randomUUID());
    return open(postgres, redis);
  }

  /** Connections of their own to the same stores, as another process has them; Redis answers. */
  Stores another() {
    Stores another = open(postgres, redisSettings);
    another.awaitRedis();
    return another;
  }

  private static Stores open(PostgresSettings postgres, RedisSettings redis) {
    return new Stores(
        Database.open(postgres, "locks-test"),
        RedisConnections.open(redis, "locks-test"),
        postgres,
        redis);
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), List.of("postgres-core", "locks"));
  }

  /** As it may first look as if it were away, on a busy machine. */
  void awaitRedis() {
    await().atMost(Duration.ofMinutes(1)).until(() -> redis.health().available());
  }

  @Override
  public void close() {
    redis.close();
    database.close();
  }
}
