package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.LuaScript;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.exceptions.JedisException;

/** The hash of each flow's agents in Redis. Throws {@link RedisAwayException}. Thread safe. */
final class RedisAgentStates {
  /** A flow that ended without being closed leaves its agents this long. */
  private static final Duration LIFE = Duration.ofHours(6);

  /** Longer than an update can wait anywhere. */
  private static final Duration MARK_LIFE = Duration.ofMinutes(10);

  private final RedisConnections redis;
  private final LuaScript update = LuaScript.load(RedisAgentStates.class, "update_progress.lua");
  private final LuaScript end = LuaScript.load(RedisAgentStates.class, "end_progress.lua");

  RedisAgentStates(RedisConnections redis) {
    this.redis = redis;
  }

  boolean available() {
    return redis.health().available();
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
    try {
      update.runBytes(redis.jedis(), List.of(key(stream)), arguments);
    } catch (JedisException e) {
      throw new RedisAwayException("write progress", e);
    }
  }

  List<byte[]> read(StreamId stream) {
    try {
      // The mark of a flow that has ended is empty.
      return redis.jedis().hvals(key(stream)).stream().filter(json -> json.length > 0).toList();
    } catch (JedisException e) {
      throw new RedisAwayException("read progress", e);
    }
  }

  /** Forgets some agents of a flow; they may tell anew. */
  void remove(StreamId stream, List<String> agents) {
    byte[][] fields = agents.stream().map(agent -> agent.getBytes(UTF_8)).toArray(byte[][]::new);
    try {
      redis.jedis().hdel(key(stream), fields);
    } catch (JedisException e) {
      throw new RedisAwayException("remove agents", e);
    }
  }

  /** Forgets the agents of a flow that has ended, and takes no more of them. */
  void end(StreamId stream) {
    try {
      end.runBytes(
          redis.jedis(),
          List.of(key(stream)),
          List.of(Long.toString(MARK_LIFE.toMillis()).getBytes(UTF_8)));
    } catch (JedisException e) {
      throw new RedisAwayException("remove progress", e);
    }
  }

  private byte[] key(StreamId stream) {
    return redis.keys().agentState(stream.value()).getBytes(UTF_8);
  }
}
