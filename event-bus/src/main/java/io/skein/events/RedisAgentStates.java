package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.LuaScript;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The hash of each flow's agents in Redis. Throws {@link RedisAwayException}. Thread safe. */
final class RedisAgentStates {
  /** A flow that ended without being closed leaves its agents this long. */
  private static final Duration LIFE = Duration.ofHours(6);

  /** Longer than an update can wait anywhere. */
  private static final Duration MARK_LIFE = Duration.ofMinutes(10);

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final LuaScript update = LuaScript.load(RedisAgentStates.class, "update_progress.lua");
  private final LuaScript end = LuaScript.load(RedisAgentStates.class, "end_progress.lua");

  RedisAgentStates(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
  }

  /** Whether progress is written and read. */
  boolean open() {
    return gate.open();
  }

  /** Whether the end of a flow is told, so that none of its agents is shown later. */
  boolean reachable() {
    return gate.reachable();
  }

  /** Keeps and pushes the latest of each agent. */
  void write(StreamId stream, Map<String, byte[]> jsonByAgent) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(redis.keys().flowUpdates(stream.value()).getBytes(UTF_8));
    arguments.add(Long.toString(LIFE.toMillis()).getBytes(UTF_8));
    jsonByAgent.forEach((agent, json) -> {
      arguments.add(agent.getBytes(UTF_8));
      arguments.add(json);
    });
    gate.call(
        "write progress",
        () -> String.valueOf(update.runBytes(redis.jedis(), List.of(key(stream)), arguments)));
  }

  List<byte[]> read(StreamId stream) {
    // The mark of a flow that has ended is empty.
    return gate.call("read progress", () -> redis.jedis().hvals(key(stream))).stream()
        .filter(json -> json.length > 0)
        .toList();
  }

  /** Forgets some agents of a flow; they may tell anew. */
  void remove(StreamId stream, List<String> agents) {
    byte[][] fields = agents.stream().map(agent -> agent.getBytes(UTF_8)).toArray(byte[][]::new);
    gate.tell("remove agents", () -> redis.jedis().hdel(key(stream), fields));
  }

  /** Forgets the agents of a flow that has ended, and takes no more of them. */
  void end(StreamId stream) {
    List<byte[]> life = List.of(Long.toString(MARK_LIFE.toMillis()).getBytes(UTF_8));
    gate.tell(
        "remove progress",
        () -> String.valueOf(end.runBytes(redis.jedis(), List.of(key(stream)), life)));
  }

  private byte[] key(StreamId stream) {
    return redis.keys().agentState(stream.value()).getBytes(UTF_8);
  }
}
