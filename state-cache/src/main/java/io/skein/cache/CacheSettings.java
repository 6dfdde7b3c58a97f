package io.skein.cache;

import java.time.Duration;

/**
 * Bounds of the cache.
 *
 * @param timeToLive of a state in Redis, give or take a tenth
 * @param near bounds of this process's own level
 * @param loads bounds of what reaches PostgreSQL
 */
public record CacheSettings(Duration timeToLive, Near near, Loads loads) {

  /** 5 min in Redis; 2 s and 64 MiB near; 8 loads at a time. */
  public static CacheSettings defaults() {
    return new CacheSettings(
        Duration.ofMinutes(5),
        new Near(Duration.ofSeconds(2), 64L * 1024 * 1024),
        new Loads(8, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(300)));
  }

  /**
   * @param timeToLive at most 2 s: how old a state can be whose change went unheard
   * @param bytes of data held; past it the least used go
   */
  public record Near(Duration timeToLive, long bytes) {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    public Near {
      if (timeToLive.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("near entries live at most 2 s, not " + timeToLive);
      }
    }
  }

  /**
   * @param concurrent loads of this process, below its pool of connections
   * @param waitForPlace for a free place; past it {@link StateUnavailableException}
   * @param lease how long one instance is trusted to load before another one may
   * @param waitForOther how long the others wait for the one that loads before they load as well
   */
  public record Loads(
      int concurrent, Duration waitForPlace, Duration lease, Duration waitForOther) {
    public Loads {
      if (concurrent < 1) {
        throw new IllegalArgumentException("concurrent must be at least 1, not " + concurrent);
      }
    }
  }
}
