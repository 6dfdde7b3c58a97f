package io.skein.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A Lua script kept in its own resource file. Every script must be safe to run twice, since a
 * client may retry after a lost answer. Immutable and thread safe.
 *
 * @param name file name, for messages
 * @param source Lua for Redis 7.0 and newer
 * @param sha1 what {@code EVALSHA} takes
 */
public record LuaScript(String name, String source, String sha1) {

  /**
   * Loads a script that lies beside a class.
   *
   * @throws IllegalArgumentException when there is no such resource
   */
  public static LuaScript load(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no script " + file + " beside " + owner.getName());
      }
      String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new LuaScript(file, source, sha1Of(source));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the script " + file, e);
    }
  }

  /** Runs the script by its digest, and by its source when the server has forgotten it. */
  public @Nullable Object run(UnifiedJedis jedis, List<String> keys, List<String> arguments) {
    try {
      return jedis.evalsha(sha1, keys, arguments);
    } catch (JedisNoScriptException forgotten) {
      return jedis.eval(source, keys, arguments);
    }
  }

  /** As {@link #run(UnifiedJedis, List, List)}, for payloads that are bytes. */
  public @Nullable Object runBytes(UnifiedJedis jedis, List<byte[]> keys, List<byte[]> arguments) {
    try {
      return jedis.evalsha(sha1.getBytes(StandardCharsets.US_ASCII), keys, arguments);
    } catch (JedisNoScriptException forgotten) {
      return jedis.eval(source.getBytes(StandardCharsets.UTF_8), keys, arguments);
    }
  }

  /** One of many runs. */
  public record Call(List<byte[]> keys, List<byte[]> arguments) {}

  /**
   * Runs the script many times in one round trip, and all of them again when a server has forgotten
   * it.
   *
   * @return in the order of the calls, each to be taken by {@link PipelineReply}
   */
  public List<Response<Object>> runAll(UnifiedJedis jedis, List<Call> calls) {
    List<Response<Object>> responses = send(jedis, calls);
    if (responses.stream().anyMatch(LuaScript::isForgotten)) {
      jedis.scriptLoad(source);
      responses = send(jedis, calls);
    }
    return responses;
  }

  private List<Response<Object>> send(UnifiedJedis jedis, List<Call> calls) {
    byte[] digest = sha1.getBytes(StandardCharsets.US_ASCII);
    List<Response<Object>> responses = new ArrayList<>(calls.size());
    try (AbstractPipeline pipeline = jedis.pipelined()) {
      for (Call call : calls) {
        responses.add(pipeline.evalsha(digest, call.keys(), call.arguments()));
      }
      pipeline.sync();
    }
    return responses;
  }

  private static boolean isForgotten(Response<Object> response) {
    try {
      PipelineReply.of(response);
      return false;
    } catch (JedisNoScriptException e) {
      return true;
    } catch (JedisException e) {
      return false; // for its own taker
    }
  }

  private static String sha1Of(String source) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
