package io.skein.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
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
