package io.skein.bench.cache;

import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RMapCache;
import org.redisson.client.codec.StringCodec;

/** The rival that Redisson brings along. Thread safe. */
final class RedisMapCache {
  private final RMapCache<String, String> map;
  private final Duration timeToLive;

  RedisMapCache(RedisConnections redis, Duration timeToLive) {
    this.map = redis.redisson().getMapCache("bench:rival", StringCodec.INSTANCE);
    this.timeToLive = timeToLive;
  }

  void put(String id, String state) {
    map.fastPut(id, state, timeToLive.toMillis(), TimeUnit.MILLISECONDS);
  }

  boolean has(String id) {
    return map.get(id) != null;
  }
}
