package io.skein.bench.locks;

import io.skein.bench.BenchServers;
import io.skein.locks.Lease;
import io.skein.locks.LockName;
import io.skein.locks.LockRequest;
import io.skein.locks.Locks;
import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import java.time.Duration;

/** Skein, with all it has: a fence, renewal, and the place in the queue. */
final class SkeinContender implements LockContender {
  private static final Duration TTL = Duration.ofSeconds(30);
  private static final Duration WAIT = Duration.ofMinutes(5);

  private final Database database;
  private final RedisConnections redis;
  private final Locks locks;

  SkeinContender(BenchServers servers) {
    String url = servers.database("skein").url();
    this.database = Database.open(PostgresSettings.parse(url).withPoolSize(2), "bench");
    this.redis = RedisConnections.open(RedisSettings.of(servers.redis().url()), "bench");
    this.locks = new Locks(redis, database, Duration.ofMinutes(1));
  }

  @Override
  public Held lock(String name) throws InterruptedException {
    LockRequest request = LockRequest.of(new LockName(name), "bench", TTL);
    Lease lease = locks.acquire(request, WAIT).orElseThrow();
    return lease::release;
  }

  /** Leases that Redis did not grant: the figures would be another store's. */
  long fallbacks() {
    return locks.statistics().fallbacks();
  }

  @Override
  public void close() {
    locks.close();
    redis.close();
    database.close();
  }
}
