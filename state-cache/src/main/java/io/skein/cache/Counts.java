package io.skein.cache;

import java.util.concurrent.atomic.LongAdder;

/** What {@link CacheStatistics} is made from. Thread safe. */
final class Counts {
  final Level near = new Level();
  final Level redis = new Level();
  final LongAdder loads = new LongAdder();
  final LongAdder loadFailures = new LongAdder();
  final LongAdder loadRefusals = new LongAdder();
  final LongAdder joins = new LongAdder();
  final LongAdder refreshes = new LongAdder();
  final LongAdder warmed = new LongAdder();
  final LongAdder tooLarge = new LongAdder();

  CacheStatistics statistics() {
    return new CacheStatistics(
        near.statistics(),
        redis.statistics(),
        new CacheStatistics.Loads(
            loads.sum(),
            loadFailures.sum(),
            loadRefusals.sum(),
            joins.sum(),
            refreshes.sum(),
            warmed.sum(),
            tooLarge.sum()));
  }

  /** Of one level. */
  static final class Level {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder staleRefusals = new LongAdder();
    final LongAdder undecodable = new LongAdder();
    final LongAdder refusedWrites = new LongAdder();
    final LongAdder evictions = new LongAdder();
    final LongAdder failures = new LongAdder();

    CacheStatistics.Level statistics() {
      return new CacheStatistics.Level(
          hits.sum(),
          misses.sum(),
          staleRefusals.sum(),
          undecodable.sum(),
          refusedWrites.sum(),
          evictions.sum(),
          failures.sum());
    }
  }
}
