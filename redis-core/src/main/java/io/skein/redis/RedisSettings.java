package io.skein.redis;

import java.net.URI;
import java.time.Duration;

/**
 * Where Redis is and how long a caller may be held up by it.
 *
 * @param url {@code redis://[user:password@]host:port[/database]}, or {@code rediss://} for TLS
 * @param keyPrefix put before every key and channel, may be empty
 * @param timeout for one command; past it the caller falls back to PostgreSQL
 * @param connectTimeout for a new connection
 */
public record RedisSettings(URI url, String keyPrefix, Duration timeout, Duration connectTimeout) {
  private static final Duration TIMEOUT = Duration.ofMillis(250);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  public RedisSettings {
    boolean known = "redis".equals(url.getScheme()) || "rediss".equals(url.getScheme());
    if (!known || url.getHost() == null) {
      throw new IllegalArgumentException(
          "a Redis address must look like redis://host:6379 or rediss://host:6379");
    }
  }

  /** The address with the prefix {@code skein:} and the time-outs that were measured to hold. */
  public static RedisSettings of(String url) {
    return new RedisSettings(URI.create(url), "skein:", TIMEOUT, CONNECT_TIMEOUT);
  }

  /** The same server under another prefix. */
  public RedisSettings withKeyPrefix(String prefix) {
    return new RedisSettings(url, prefix, timeout, connectTimeout);
  }

  int port() {
    return url.getPort() < 0 ? 6379 : url.getPort();
  }

  boolean tls() {
    return "rediss".equals(url.getScheme());
  }

  /** Never shows the credentials. */
  @Override
  public String toString() {
    return "RedisSettings[" + url.getScheme() + "://" + url.getHost() + ":" + port() + "]";
  }
}
