package io.skein.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each state was read lately: each read counts one, and half of that after every
 * half-life. Counted here and told to the other instances from time to time, never with a read.
 * Holds 100,000 states; past that the least read are forgotten. Thread safe.
 */
final class AccessCounts {
  private static final int STATES = 100_000;

  /** After so many half-lives a hundred reads are less than one. */
  private static final int HALF_LIVES_KEPT = 7;

  private final Cache<String, Count> counts;
  private final Duration halfLife;
  private final Ticker ticker;

  AccessCounts(Duration halfLife, Ticker ticker) {
    this.halfLife = halfLife;
    this.ticker = ticker;
    this.counts =
        Caffeine.newBuilder()
            .maximumSize(STATES)
            .expireAfterAccess(halfLife.multipliedBy(HALF_LIVES_KEPT))
            .ticker(ticker)
            .build();
  }

  void read(String id) {
    Count count = counts.getIfPresent(id);
    if (count == null) {
      count = counts.get(id, key -> new Count());
    }
    count.untold.increment();
  }

  /** Of all instances, as far as they have told. */
  double of(String id) {
    Count count = counts.getIfPresent(id);
    return count == null ? 0 : decayed(count.told) + count.untold.sum();
  }

  /** What was read since this was called last. */
  Map<String, Long> takeUntold() {
    Map<String, Long> taken = new HashMap<>();
    counts
        .asMap()
        .forEach((id, count) -> {
          long reads = count.untold.sumThenReset();
          if (reads > 0) {
            taken.put(id, reads);
          }
        });
    return taken;
  }

  /** The shared counts after what was taken was told. */
  void learn(Map<String, Double> shared) {
    shared.forEach((id, value) -> learn(id, value));
  }

  /** What was taken could not be told: it counts for this instance alone. */
  void keep(Map<String, Long> taken) {
    taken.forEach((id, reads) -> {
      Count count = counts.getIfPresent(id);
      learn(id, (count == null ? 0 : decayed(count.told)) + reads);
    });
  }

  private void learn(String id, double value) {
    counts.get(id, key -> new Count()).told = new Told(value, ticker.read());
  }

  private double decayed(Told told) {
    double halfLives = (double) (ticker.read() - told.at) / halfLife.toNanos();
    return told.value * Math.pow(2, -halfLives);
  }

  private static final class Count {
    final LongAdder untold = new LongAdder();
    volatile Told told = new Told(0, 0);
  }

  /**
   * @param at by the ticker
   */
  private record Told(double value, long at) {}
}
