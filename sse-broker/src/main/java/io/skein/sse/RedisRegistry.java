package io.skein.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.events.StreamId;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Connections of all instances in Redis: one hash for each instance with one life, and for each
 * flow a hash of instance and count. Throws {@link RedisAwayException}. Thread safe.
 */
final class RedisRegistry {
  /** So that one call stays short: a connection of 200 flows has 8 kB. */
  private static final int CHARS_PER_CALL = 256 * 1024;

  /** Field that every instance's hash has: which process wrote it. */
  private static final String OWNER = "";

  private static final int SCAN_COUNT = 500;

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final String instance;
  private final String owner;
  private final String life;
  private final LuaScript write = LuaScript.load(RedisRegistry.class, "write_connections.lua");
  private final LuaScript remove = LuaScript.load(RedisRegistry.class, "remove_connections.lua");
  private final LuaScript count = LuaScript.load(RedisRegistry.class, "count_watchers.lua");
  private final LuaScript read = LuaScript.load(RedisRegistry.class, "read_watchers.lua");

  /**
   * @param owner of this process alone, so that a successor of the same name is not mistaken for it
   * @param life of what is not renewed
   */
  RedisRegistry(RedisConnections redis, String instance, String owner, Duration life) {
    this.redis = redis;
    this.gate = redis.gate(Feature.SSE_BROKER);
    this.instance = instance;
    this.owner = owner;
    this.life = Long.toString(life.toMillis());
  }

  boolean available() {
    return gate.open();
  }

  /**
   * Writes changes and renews the life.
   *
   * @return false, with nothing written, when this process's hash is not there: write it anew
   */
  boolean change(Collection<String> gone, Collection<Connection> come) {
    return gate.callUntimed(
        "write connections",
        () -> {
          List<String> removed = List.copyOf(gone);
          Iterator<Connection> added = come.iterator();
          do {
            if (!call(false, removed, added)) {
              return false;
            }
            removed = List.of();
          } while (added.hasNext());
          return true;
        });
  }

  /** Writes the hash anew. Answers false when it was lost meanwhile. */
  boolean rewrite(Collection<Connection> all) {
    return gate.callUntimed(
        "rewrite connections",
        () -> {
          Iterator<Connection> rest = all.iterator();
          boolean kept = call(true, List.of(), rest);
          while (kept && rest.hasNext()) {
            kept = call(false, List.of(), rest);
          }
          return kept;
        });
  }

  private boolean call(boolean anew, List<String> removed, Iterator<Connection> added) {
    List<String> arguments = new ArrayList<>();
    arguments.add(owner);
    arguments.add(life);
    arguments.add(anew ? "1" : "0");
    arguments.add(Integer.toString(removed.size()));
    arguments.addAll(removed);
    int chars = 0;
    while (added.hasNext() && chars < CHARS_PER_CALL) {
      Connection connection = added.next();
      String json = ConnectionJson.write(connection);
      arguments.add(connection.id());
      arguments.add(json);
      chars += json.length();
    }
    return Long.valueOf(1).equals(write.run(redis.jedis(), List.of(key(instance)), arguments));
  }

  /** Removes this process's hash, so that nobody waits for the end of its life. */
  void remove() {
    gate.callUntimed(
        "remove connections",
        () -> String.valueOf(remove.run(redis.jedis(), List.of(key(instance)), List.of(owner))));
  }

  /** Writes how many watch these flows here and renews the life; 0 removes this instance. */
  void watchers(Map<StreamId, Integer> counts) {
    List<LuaScript.Call> calls = new ArrayList<>(counts.size());
    counts.forEach((flow, watchers) ->
        calls.add(
            new LuaScript.Call(
                List.of(bytes(redis.keys().watchers(flow.value()))),
                List.of(bytes(instance), bytes(Integer.toString(watchers)), bytes(life)))));
    gate.callUntimed(
        "write watchers",
        () -> count.runAll(redis.jedis(), calls).stream().map(PipelineReply::of).toList());
  }

  /** How many watch a flow, by instance; only instances that live. */
  Map<String, Integer> watchers(StreamId flow) {
    return gate.callUntimed(
        "read watchers",
        () -> {
          Object answer =
              read.run(redis.jedis(), List.of(redis.keys().watchers(flow.value())), List.of());
          Map<String, Integer> counts = new TreeMap<>();
          Iterator<?> pairs =
              answer instanceof List<?> list ? list.iterator() : List.of().iterator();
          while (pairs.hasNext()) {
            counts.put(text(pairs.next()), Integer.parseInt(text(pairs.next())));
          }
          return counts;
        });
  }

  /**
   * Hands over an instance's connections.
   *
   * @param consumer may get one twice
   * @return whether the instance's hash is there
   */
  boolean scan(String ofInstance, Consumer<Connection> consumer) {
    return gate.callUntimed(
        "read connections",
        () -> {
          ScanParams page = new ScanParams().count(SCAN_COUNT);
          String cursor = ScanParams.SCAN_POINTER_START;
          boolean present = false;
          do {
            ScanResult<Map.Entry<String, String>> found =
                redis.jedis().hscan(key(ofInstance), cursor, page);
            for (Map.Entry<String, String> entry : found.getResult()) {
              present = true;
              if (!entry.getKey().equals(OWNER)) {
                consumer.accept(ConnectionJson.read(entry.getKey(), entry.getValue()));
              }
            }
            cursor = found.getCursor();
          } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
          return present;
        });
  }

  private String key(String ofInstance) {
    return redis.keys().connections(ofInstance);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(value);
  }
}
