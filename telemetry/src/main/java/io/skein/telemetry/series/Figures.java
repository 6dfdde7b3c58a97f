package io.skein.telemetry.series;

import org.jspecify.annotations.Nullable;

/**
 * Values that were counted: how many, their sum, and how they are spread. Those of several
 * processes or minutes add up exactly. Immutable.
 *
 * @param billionths the sum, in billionths of the unit
 * @param buckets empty for what is only counted
 */
public record Figures(long count, long billionths, Buckets buckets) {
  static final Figures NONE = new Figures(0, 0, Buckets.NONE);

  /** Something that happened so many times. */
  static Figures counted(double times) {
    return new Figures(Math.round(times), Math.round(times * StripedSum.SCALE), Buckets.NONE);
  }

  public double sum() {
    return billionths / StripedSum.SCALE;
  }

  /** Empty (null) when nothing was counted. */
  public @Nullable Double average() {
    return count == 0 ? null : (Double) (sum() / count);
  }

  /**
   * A quantile, off by less than 2 % of itself; null for what is only counted.
   *
   * @param share for example 0.95
   */
  public @Nullable Double quantile(double share) {
    return buckets.isEmpty() ? null : (Double) buckets.quantile(share);
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
