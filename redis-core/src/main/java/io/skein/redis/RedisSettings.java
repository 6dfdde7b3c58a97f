package io.skein.redis;

import java.time.Duration;

/**
 * Where Redis is and how long a caller may be held up by it.
 *
 * @param keyPrefix put before every key and channel, may be empty
 * @param timeout for one command; past it the caller falls back to PostgreSQL
 * @param connectTimeout for a new connection that nobody waits for; one that is opened for a
 *     command has the command's time-out
 */
public record RedisSettings(
    RedisAddress address, String keyPrefix, Duration timeout, Duration connectTimeout) {
  private static final Duration TIMEOUT = Duration.ofMillis(250);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  public RedisSettings {
    requireMillis(timeout);
    requireMillis(connectTimeout);
    if (keyPrefix.contains("{") || keyPrefix.contains("}")) {
      throw new IllegalArgumentException(
          "a prefix of keys holds no braces: in a cluster they would put all keys on one node");
    }
  }

  /** To the clients, 0 means for ever. */
  private static void requireMillis(Duration timeout) {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException("a time-out is at least 1 ms, not " + timeout);
    }
  }

  /**
   * The address with the prefix {@code skein:} and the time-outs that were measured to hold.
   *
   * @throws IllegalArgumentException when the address is not one that {@link RedisAddress} reads
   */
  public static RedisSettings of(String address) {
    return new RedisSettings(RedisAddress.parse(address), "skein:", TIMEOUT, CONNECT_TIMEOUT);
  }

  /** The same servers under another prefix. */
  public RedisSettings withKeyPrefix(String prefix) {
    return new RedisSettings(address, prefix, timeout, connectTimeout);
  }
}
