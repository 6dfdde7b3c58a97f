package io.skein.bench;

import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.EmbeddedPostgres;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.FreePort;
import io.skein.testing.OrphanWatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * PostgreSQL with fsync and Redis with its append-only file, which all share; each has a database
 * of its own. Not thread safe.
 */
public final class BenchServers implements AutoCloseable {
  private final OrphanWatch watch;
  private final EmbeddedPostgres postgres;
  private final EmbeddedRedis redis;

  private BenchServers(Path folder, Path logs) {
    this.watch = new OrphanWatch();
    this.postgres =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Settings(
                folder.resolve("postgres"),
                logs.resolve("postgres.log"),
                FreePort.find(),
                UUID.randomUUID().toString(),
                Map.of("max_connections", "200", "fsync", "on", "synchronous_commit", "on")),
            watch);
    this.redis =
        new EmbeddedRedis(
            new EmbeddedRedis.Settings(
                folder.resolve("redis"),
                logs.resolve("redis.log"),
                FreePort.find(),
                EmbeddedRedis.Persistence.APPEND_ONLY_FILE),
            watch);
  }

  /** Starts both; the tables of tasks are there when this returns. */
  public static BenchServers start(BenchFolder folder) {
    return start(folder, List.of("postgres-core", "task-queue"));
  }

  /** Starts both; the tables of these modules are there when this returns. */
  public static BenchServers start(BenchFolder folder, List<String> modules) {
    BenchServers servers = new BenchServers(folder.below("servers"), folder.path());
    try {
      servers.postgres.start();
      servers.redis.start();
      Migrations.migrate(PostgresSettings.parse(servers.database("skein").url()), modules);
      return servers;
    } catch (RuntimeException e) {
      servers.close();
      throw e;
    }
  }

  /** The database of this name, made when it is missing. */
  public DatabaseAddress database(String name) {
    return postgres.database(name);
  }

  /** Shared by all whose truth or hints are in Redis; their keys differ. */
  public EmbeddedRedis redis() {
    return redis;
  }

  public long postgresPid() {
    return postgres.pid();
  }

  @Override
  public void close() {
    redis.close();
    postgres.close();
    watch.close();
  }
}
