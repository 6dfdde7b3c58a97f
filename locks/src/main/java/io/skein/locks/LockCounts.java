package io.skein.locks;

import java.time.Duration;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** Counts contention. Thread safe; nothing in it is a lock. */
final class LockCounts {
  final LongAdder acquired = new LongAdder();
  final LongAdder waits = new LongAdder();
  final LongAdder handOvers = new LongAdder();
  final LongAdder refusals = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder fallbacks = new LongAdder();
  private final LongAdder waitedNanos = new LongAdder();
  private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);

  void waited(long nanos) {
    waitedNanos.add(nanos);
    longestNanos.accumulate(nanos);
  }

  LockStatistics statistics(int held, int waiting) {
    return new LockStatistics(
        acquired.sum(),
        waits.sum(),
        handOvers.sum(),
        refusals.sum(),
        lost.sum(),
        fallbacks.sum(),
        Duration.ofNanos(waitedNanos.sum()),
        Duration.ofNanos(longestNanos.get()),
        held,
        waiting);
  }
}
