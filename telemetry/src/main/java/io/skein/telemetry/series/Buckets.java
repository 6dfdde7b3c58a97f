package io.skein.telemetry.series;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many values fell into which of the {@link LogBuckets}: of each that has any its number, in
 * order, and its count. Immutable.
 */
final class Buckets {
  static final Buckets NONE = new Buckets(new int[0], new long[0]);

  private final int[] numbers;
  private final long[] counts;

  private Buckets(int[] numbers, long[] counts) {
    this.numbers = numbers;
    this.counts = counts;
  }

  static Buckets of(Map<Integer, Long> counts) {
    Builder builder = new Builder(counts.size());
    new TreeMap<>(counts).forEach(builder::add);
    return builder.build();
  }

  /** Takes buckets in the order of their numbers. Not thread safe. */
  static final class Builder {
    private int[] numbers;
    private long[] counts;
    private int size;

    /**
     * @param expected how many will be added, more or less
     */
    Builder(int expected) {
      this.numbers = new int[expected];
      this.counts = new long[expected];
    }

    void add(int number, long count) {
      if (count != 0) {
        if (size == numbers.length) {
          numbers = Arrays.copyOf(numbers, 2 * size + 1);
          counts = Arrays.copyOf(counts, 2 * size + 1);
        }
        numbers[size] = number;
        counts[size++] = count;
      }
    }

    Buckets build() {
      return size == 0
          ? NONE
          : new Buckets(Arrays.copyOf(numbers, size), Arrays.copyOf(counts, size));
    }
  }

  Buckets plus(Buckets other) {
    return combined(other, 1);
  }

  Buckets minus(Buckets earlier) {
    return combined(earlier, -1);
  }

  /** Takes a bucket and its count. */
  @FunctionalInterface
  interface Visitor {
    void visit(int number, long count);
  }

  void forEach(Visitor visitor) {
    for (int i = 0; i < numbers.length; i++) {
      visitor.visit(numbers[i], counts[i]);
    }
  }

  /**
   * The value that has the share of all others below or beside it (nearest rank), give or take the
   * error of the buckets; 0 when there is none.
   */
  double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * Arrays.stream(counts).sum()));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return LogBuckets.valueOf(numbers[i]);
      }
    }
    return 0;
  }

  boolean isEmpty() {
    return numbers.length == 0;
  }

  private Buckets combined(Buckets other, int sign) {
    Builder builder = new Builder(numbers.length + other.numbers.length);
    int mine = 0;
    int theirs = 0;
    while (mine < numbers.length || theirs < other.numbers.length) {
      int number = Math.min(numberAt(mine), other.numberAt(theirs));
      long count = 0;
      if (numberAt(mine) == number) {
        count += counts[mine++];
      }
      if (other.numberAt(theirs) == number) {
        count += sign * other.counts[theirs++];
      }
      builder.add(number, count);
    }
    return builder.build();
  }

  private int numberAt(int index) {
    return index < numbers.length ? numbers[index] : Integer.MAX_VALUE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Buckets buckets
        && Arrays.equals(numbers, buckets.numbers)
        && Arrays.equals(counts, buckets.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(numbers) + Arrays.hashCode(counts);
  }
}
