package io.skein.locks;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.util.List;
import java.util.UUID;

/** Real stores for one test class. */
record Stores(Database database, RedisConnections redis) implements AutoCloseable {

  static Stores open(String redisUrl) {
    PostgresSettings postgres =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(postgres, List.of("postgres-core", "locks"));
    RedisSettings redis = RedisSettings.of(redisUrl).withKeyPrefix("locks" + UUID.randomUUID());
    return new Stores(
        Database.open(postgres.withPoolSize(8), "locks-test"),
        RedisConnections.open(redis, "locks-test"));
  }

  @Override
  public void close() {
    redis.close();
    database.close();
  }
}
