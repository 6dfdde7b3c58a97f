package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.FeatureGate;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import redis.clients.jedis.Response;

/**
 * How often all instances together have read each state lately. An observation: lost with Redis,
 * and then counted anew. Keeps the {@value #MOST} that are read most. Thread safe. Every method
 * throws {@link RedisAwayException} when Redis does not answer.
 */
final class RedisHeat {
  static final int MOST = 10_000;

  private static final LuaScript COUNT = LuaScript.load(RedisHeat.class, "count_reads.lua");
  private static final int IDS_OF_A_CALL = 500;

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final String key;
  private final Duration halfLife;
  private final LongSupplier clockShift;

  /**
   * @param clockShift added to the server's clock, in ms; 0 outside tests
   */
  RedisHeat(
      RedisConnections redis,
      FeatureGate gate,
      String kind,
      Duration halfLife,
      LongSupplier clockShift) {
    this.redis = redis;
    this.gate = gate;
    this.key = redis.keys().heat(kind, halfLife);
    this.halfLife = halfLife;
    this.clockShift = clockShift;
  }

  /** Adds reads in one round trip; answers the counts of all instances, decayed to now. */
  Map<String, Double> add(Map<String, Long> reads) {
    List<String> ids = List.copyOf(reads.keySet());
    List<LuaScript.Call> calls = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += IDS_OF_A_CALL) {
      calls.add(call(ids.subList(from, Math.min(from + IDS_OF_A_CALL, ids.size())), reads));
    }
    return gate.call("counting reads", () -> counts(ids, COUNT.runAll(redis.jedis(), calls)));
  }

  /** The ids that are read most, most of all first. */
  List<String> hottest(int most) {
    return most == 0
        ? List.of()
        : gate.call("reading the heat", () -> redis.jedis().zrevrange(key, 0, most - 1));
  }

  private LuaScript.Call call(List<String> ids, Map<String, Long> reads) {
    List<byte[]> arguments = new ArrayList<>(3 + 2 * ids.size());
    arguments.add(bytes(Long.toString(halfLife.toMillis())));
    arguments.add(bytes(Integer.toString(MOST)));
    arguments.add(bytes(Long.toString(clockShift.getAsLong())));
    for (String id : ids) {
      arguments.add(bytes(id));
      arguments.add(bytes(String.valueOf(reads.get(id))));
    }
    return new LuaScript.Call(List.of(bytes(key)), arguments);
  }

  private static Map<String, Double> counts(List<String> ids, List<Response<Object>> responses) {
    Map<String, Double> counts = new HashMap<>();
    int next = 0;
    for (Response<Object> response : responses) {
      for (Object count : (List<?>) PipelineReply.of(response)) {
        counts.put(ids.get(next), Double.valueOf(new String((byte[]) count, UTF_8)));
        next++;
      }
    }
    return counts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
