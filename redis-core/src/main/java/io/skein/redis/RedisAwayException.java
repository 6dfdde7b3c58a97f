package io.skein.redis;

import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisException;

/** Redis did not answer, or not in time. What was wanted is found in PostgreSQL. */
public final class RedisAwayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param doing what was being done, for the log
   */
  public RedisAwayException(String doing, Throwable cause) {
    super(doing + ": Redis did not answer", cause);
  }

  /**
   * Makes a call, so that its callers need not know the client.
   *
   * @throws RedisAwayException when the client fails
   */
  public static <T> T guard(String doing, Supplier<T> call) {
    try {
      return call.get();
    } catch (JedisException e) {
      throw new RedisAwayException(doing, e);
    }
  }
}
