package io.skein.local.stack;

import io.skein.testing.EmbeddedPostgres;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.OrphanWatch;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PostgreSQL and Redis of a stack: embedded, or somebody else's. */
final class StackServers {
  private static final String DATABASE = "skein";

  private final @Nullable EmbeddedPostgres postgres;
  private final @Nullable EmbeddedRedis redis;
  private final String databaseUrl;
  private final String redisUrl;

  private StackServers(
      @Nullable EmbeddedPostgres postgres,
      @Nullable EmbeddedRedis redis,
      String databaseUrl,
      String redisUrl) {
    this.postgres = postgres;
    this.redis = redis;
    this.databaseUrl = databaseUrl;
    this.redisUrl = redisUrl;
  }

  static StackServers prepare(StackSettings settings, StackDirectory directory, OrphanWatch watch) {
    EmbeddedPostgres postgres =
        settings.databaseUrl() == null
            ? preparePostgres(settings.ports().postgres(), directory, watch)
            : null;
    EmbeddedRedis redis =
        settings.redisUrl() == null
            ? prepareRedis(settings.ports().redis(), directory, watch)
            : null;
    return new StackServers(
        postgres,
        redis,
        settings.databaseUrl() != null
            ? settings.databaseUrl()
            : java.util.Objects.requireNonNull(postgres).address().withDatabase(DATABASE).url(),
        settings.redisUrl() != null
            ? settings.redisUrl()
            : java.util.Objects.requireNonNull(redis).url());
  }

  private static EmbeddedPostgres preparePostgres(
      int port, StackDirectory directory, OrphanWatch watch) {
    directory.beginLog("postgres");
    PortCheck.requireFree("postgres", port);
    return new EmbeddedPostgres(
        new EmbeddedPostgres.Settings(
            directory.postgres(),
            directory.log("postgres"),
            port,
            directory.postgresPassword(),
            Map.of("max_connections", "200")),
        watch);
  }

  private static EmbeddedRedis prepareRedis(int port, StackDirectory directory, OrphanWatch watch) {
    directory.beginLog("redis");
    PortCheck.requireFree("redis", port);
    return new EmbeddedRedis(
        new EmbeddedRedis.Settings(
            directory.redis(),
            directory.log("redis"),
            port,
            EmbeddedRedis.Persistence.APPEND_ONLY_FILE),
        watch);
  }

  void start() {
    if (redis != null) {
      redis.start();
    }
    if (postgres != null) {
      postgres.start();
      postgres.database(DATABASE);
    }
  }

  /** Redis first: what it cannot take any more PostgreSQL still keeps. */
  void stop() {
    if (redis != null) {
      redis.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  String databaseUrl() {
    return databaseUrl;
  }

  String redisUrl() {
    return redisUrl;
  }

  @Nullable EmbeddedPostgres postgres() {
    return postgres;
  }

  @Nullable EmbeddedRedis redis() {
    return redis;
  }

  StackState.Server redisState() {
    return new StackState.Server(
        redisUrl, redis != null && redis.isAlive() ? ProcessRecord.of(redis.pid()) : null);
  }

  StackState.Server postgresState() {
    return new StackState.Server(
        databaseUrl,
        postgres != null && postgres.isAlive() ? ProcessRecord.of(postgres.pid()) : null);
  }
}
