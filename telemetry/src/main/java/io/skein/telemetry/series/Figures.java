package io.skein.telemetry.series;

import java.util.Map;

/**
 * Values that were counted: how many, their sum, and how they are spread. Those of several
 * processes or minutes add up exactly. Immutable.
 *
 * @param billionths the sum, in billionths of the unit
 * @param buckets empty for what is only counted
 */
record Figures(long count, long billionths, Buckets buckets) {
  static final Figures NONE = new Figures(0, 0, Buckets.NONE);

  /** Something that happened so many times. */
  static Figures counted(double times) {
    return new Figures(Math.round(times), Math.round(times * StripedSum.SCALE), Buckets.NONE);
  }

  /** One value. */
  static Figures seen(double value) {
    return new Figures(
        1, Math.round(value * StripedSum.SCALE), Buckets.of(Map.of(LogBuckets.of(value), 1L)));
  }

  Figures plus(Figures other) {
    return new Figures(
        count + other.count, billionths + other.billionths, buckets.plus(other.buckets));
  }

  Figures minus(Figures earlier) {
    return new Figures(
        count - earlier.count, billionths - earlier.billionths, buckets.minus(earlier.buckets));
  }

  boolean isNothing() {
    return count == 0 && billionths == 0;
  }
}
