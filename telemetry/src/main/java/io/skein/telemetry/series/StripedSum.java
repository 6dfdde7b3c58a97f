package io.skein.telemetry.series;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Values that many threads add at once: how many fell into each bucket, and their sum. It only ever
 * grows; what came in a while is the difference of two looks at it, so nothing is lost between
 * looking and clearing. Thread safe.
 */
final class StripedSum {
  /** The sum is kept in billionths, so that it is exact whoever adds it up in which order. */
  static final double SCALE = 1e9;

  private static final int USUALLY_FILLED = 64;

  private final AtomicReferenceArray<LongAdder> buckets =
      new AtomicReferenceArray<>(LogBuckets.COUNT);
  private final LongAdder sum = new LongAdder();

  void add(double value) {
    if (!Double.isFinite(value)) {
      return; // one would spoil all sums after it
    }
    bucket(LogBuckets.of(value)).increment();
    sum.add(Math.round(value * SCALE));
  }

  /** As {@link #add} of a time in seconds, exact to the nanosecond. */
  void addNanos(long nanos) {
    bucket(LogBuckets.of(nanos / SCALE)).increment();
    sum.add(nanos);
  }

  /** All that was added so far; what is being added meanwhile may be in it or not. */
  Figures soFar() {
    Buckets.Builder counts = new Buckets.Builder(USUALLY_FILLED);
    long total = 0;
    for (int i = 0; i < LogBuckets.COUNT; i++) {
      LongAdder adder = buckets.get(i);
      if (adder != null) {
        long count = adder.sum();
        counts.add(i, count);
        total += count;
      }
    }
    return new Figures(total, sum.sum(), counts.build());
  }

  private LongAdder bucket(int index) {
    LongAdder there = buckets.get(index);
    if (there != null) {
      return there;
    }
    buckets.compareAndSet(index, null, new LongAdder());
    return buckets.get(index);
  }
}
