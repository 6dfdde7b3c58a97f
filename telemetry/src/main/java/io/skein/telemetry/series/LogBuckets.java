package io.skein.telemetry.series;

/**
 * Buckets whose width grows with the value, so that a quantile read from them is off by at most 1.6
 * % of itself, and that are the same everywhere, so that those of many processes add up.
 *
 * <p>Each power of two is cut into 32 equal parts, which are the exponent and the first five bits
 * of the fraction of the number as IEEE 754 stores it: one shift finds the bucket. This is the
 * linearly interpolated mapping of DDSketch (Masson, Rim, Lee: "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019), with the
 * error that its section 2 proves for a bucket answered by {@code 2lu / (l + u)}.
 */
final class LogBuckets {
  /** How far {@link #valueOf} may be from a value of its bucket: (u − l) / (u + l) at most. */
  static final double RELATIVE_ERROR = 1.0 / 65;

  private static final int SHIFT = 52 - 5;

  /** A nanosecond in seconds and less is bucket 0, whose value is 0. */
  private static final double LEAST = 0x1p-30;

  private static final double MOST = 0x1p40;
  private static final long FIRST = Double.doubleToRawLongBits(LEAST) >>> SHIFT;

  /** One more than the greatest bucket. */
  static final int COUNT = of(MOST) + 1;

  private LogBuckets() {}

  /**
   * The bucket of a value; 0 for what is not above a nanosecond, the last for what is too large. A
   * value below nothing, as a gauge may have, is in the bucket of its amount, with the sign before
   * the number.
   */
  static int of(double value) {
    if (value < 0) {
      return -of(-value);
    }
    if (!(value >= LEAST)) {
      return 0;
    }
    return (int) ((Double.doubleToRawLongBits(Math.min(value, MOST)) >>> SHIFT) - FIRST) + 1;
  }

  /** The value that stands for all of a bucket. */
  static double valueOf(int bucket) {
    if (bucket == 0) {
      return 0;
    }
    if (bucket < 0) {
      return -valueOf(-bucket);
    }
    double lower = lowerEnd(bucket);
    double upper = lowerEnd(bucket + 1);
    return 2 * lower * upper / (lower + upper);
  }

  private static double lowerEnd(int bucket) {
    return Double.longBitsToDouble((FIRST + bucket - 1) << SHIFT);
  }
}
