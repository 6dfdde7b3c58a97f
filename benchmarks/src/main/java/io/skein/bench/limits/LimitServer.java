package io.skein.bench.limits;

import io.skein.bench.BenchFolder;
import io.skein.bench.Cores;
import io.skein.redis.Feature;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.FreePort;
import io.skein.testing.OrphanWatch;

/** A Redis that all share, on a core of its own, and Skein's connections to it. */
public final class LimitServer implements AutoCloseable {
  private final OrphanWatch watch = new OrphanWatch();
  private final EmbeddedRedis server;
  private final RedisConnections redis;

  private LimitServer(BenchFolder folder, EmbeddedRedis.Persistence persistence) {
    server =
        new EmbeddedRedis(
            new EmbeddedRedis.Settings(
                folder.below("redis"),
                folder.path().resolve("redis.log"),
                FreePort.find(),
                persistence),
            watch);
    server.start();
    redis = RedisConnections.open(RedisSettings.of(server.url()), "bench");
    Cores.SERVER.take(server.pid());
    Cores.CLIENT.take(ProcessHandle.current().pid());
  }

  /** Starts it; returns when it can be used. */
  public static LimitServer start(BenchFolder folder, EmbeddedRedis.Persistence persistence) {
    LimitServer started = new LimitServer(folder, persistence);
    if (!started.redis.gate(Feature.RATE_LIMIT).open()) {
      started.close();
      throw new IllegalStateException("the Redis of the benchmark does not answer");
    }
    return started;
  }

  RedisConnections redis() {
    return redis;
  }

  String url() {
    return server.url();
  }

  @Override
  public void close() {
    redis.close();
    server.close();
    watch.close();
  }
}
