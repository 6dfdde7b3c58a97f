package io.skein.cache;

import io.skein.redis.FeatureGate;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisShard;
import java.util.List;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The sweep of states whose changes nobody but their cache tells: what Redis kept while this
 * process did without it is removed, on all masters. A process that starts with a healthy Redis
 * removes nothing: those that were there in the outage do. Thread safe.
 */
final class RedisLeftovers implements StateSweep {
  private static final int KEYS_AT_ONCE = 500;

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final RedisStates<?> states;
  private final String keysBegin;
  private final long openAtStart;

  RedisLeftovers(RedisConnections redis, FeatureGate gate, String kind, RedisStates<?> states) {
    this.redis = redis;
    this.gate = gate;
    this.states = states;
    String empty = redis.keys().state(kind, "");
    this.keysBegin = empty.substring(0, empty.length() - 1);
    this.openAtStart = gate.opening();
  }

  @Override
  public BooleanSupplier begin() {
    boolean neverWithout = gate.opening() == openAtStart;
    return () -> neverWithout || gate.callUntimed("removing old states", this::remove);
  }

  /** Whether there is a Redis from which they were removed. */
  private boolean remove() {
    List<RedisShard> shards = redis.shards();
    for (RedisShard shard : shards) {
      try (Jedis jedis = redis.connect(shard)) {
        remove(jedis);
      }
    }
    return !shards.isEmpty();
  }

  private void remove(Jedis jedis) {
    String literally = keysBegin.replaceAll("[\\\\*?\\[\\]]", "\\\\$0");
    ScanParams params = new ScanParams().match(literally + "*}").count(KEYS_AT_ONCE);
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> page = jedis.scan(cursor, params);
      page.getResult()
          .forEach(key -> states.forget(key.substring(keysBegin.length(), key.length() - 1)));
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
  }
}
