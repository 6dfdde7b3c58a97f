package io.skein.locks;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
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

  /** Connections of their own to the same stores, as another process has them. */
  Stores another() {
    return open(postgres, redisSettings);
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

  @Override
  public void close() {
    redis.close();
    database.close();
  }
}
