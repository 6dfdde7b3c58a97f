package io.skein.cache;

import java.time.Duration;

/**
 * Bounds of a cache.
 *
 * @param life how long states stay in Redis
 * @param near bounds of this process's own level
 * @param sizes of single states
 * @param loads bounds of what reaches PostgreSQL
 * @param warming what a start brings to Redis
 */
public record CacheSettings(Life life, Near near, Sizes sizes, Loads loads, Warming warming) {

  /** What the nested defaults say. */
  public static CacheSettings defaults() {
    return new CacheSettings(
        Life.defaults(),
        new Near(Duration.ofSeconds(2), 64L * 1024 * 1024),
        new Sizes(8 * 1024, 1024 * 1024),
        new Loads(8, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(300)),
        new Warming(200, 200, 50));
  }

  public CacheSettings withLife(Life other) {
    return new CacheSettings(other, near, sizes, loads, warming);
  }

  public CacheSettings withNear(Near other) {
    return new CacheSettings(life, other, sizes, loads, warming);
  }

  public CacheSettings withSizes(Sizes other) {
    return new CacheSettings(life, near, other, loads, warming);
  }

  public CacheSettings withLoads(Loads other) {
    return new CacheSettings(life, near, sizes, other, warming);
  }

  public CacheSettings withWarming(Warming other) {
    return new CacheSettings(life, near, sizes, loads, other);
  }

  /**
   * How long a state stays in Redis, by how often it is read; each give or take a tenth. The count
   * halves over and over, so that what was read long ago counts for nothing.
   *
   * @param cold of what is hardly read
   * @param warm of what has a count above {@code warmOver}
   * @param hot of what has a count above {@code hotOver}
   * @param halfLife after which a read counts half
   * @param absent how long it is remembered that there is no such state
   * @param softShare of the life after which one caller loads anew while others get what is there
   */
  public record Life(
      Duration cold,
      Duration warm,
      Duration hot,
      int warmOver,
      int hotOver,
      Duration halfLife,
      Duration absent,
      double softShare) {
    public Life {
      if (softShare <= 0 || softShare > 1) {
        throw new IllegalArgumentException("softShare is above 0 and at most 1, not " + softShare);
      }
      if (warmOver > hotOver) {
        throw new IllegalArgumentException("warmOver is at most hotOver");
      }
    }

    /**
     * 5 min, over 10 reads 10 min, over 100 reads 1 h; half-life 10 min; soft after four fifths.
     */
    public static Life defaults() {
      return new Life(
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          10,
          100,
          Duration.ofMinutes(10),
          Duration.ofSeconds(5),
          0.8);
    }
  }

  /**
   * @param timeToLive at most 2 s: how old a state can be whose change went unheard
   * @param bytes of encoded states held; past it the least used go
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
   * @param compressedFrom encoded bytes from which a state is compressed in Redis
   * @param largest encoded bytes above which a state is kept at no level, but loaded each time
   */
  public record Sizes(int compressedFrom, int largest) {
    public Sizes {
      if (compressedFrom < 0 || largest < 1) {
        throw new IllegalArgumentException("sizes are numbers of bytes");
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

    /**
     * The same without a bound here, for a source that throws {@link StateUnavailableException}
     * when it loads as much as it may.
     */
    public Loads boundedBySource() {
      return new Loads(Integer.MAX_VALUE, waitForPlace, lease, waitForOther);
    }
  }

  /**
   * @param hottest most states that all instances read most
   * @param recent most states that changed last
   * @param aSecond most that are looked at in a second
   */
  public record Warming(int hottest, int recent, int aSecond) {
    public Warming {
      if (hottest < 0 || recent < 0 || aSecond < 1) {
        throw new IllegalArgumentException("warming takes counts, and at least one a second");
      }
    }
  }
}
