package io.skein.telemetry.series;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongBinaryOperator;
import java.util.stream.Collectors;

/** How many values fell into which of the {@link LogBuckets}. Immutable. */
public final class Buckets {
  static final Buckets NONE = new Buckets(new TreeMap<>());

  private final SortedMap<Integer, Long> counts;

  private Buckets(SortedMap<Integer, Long> counts) {
    this.counts = counts;
  }

  static Buckets of(Map<Integer, Long> counts) {
    return new Buckets(
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() != 0)
            .collect(
                Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new)));
  }

  Buckets plus(Buckets other) {
    return combined(other, Long::sum);
  }

  Buckets minus(Buckets earlier) {
    return combined(earlier, (mine, theirs) -> mine - theirs);
  }

  void forEach(BiConsumer<Integer, Long> consumer) {
    counts.forEach(consumer);
  }

  /**
   * The value that has the share of all others below or beside it (nearest rank), give or take the
   * error of the buckets; 0 when there is none.
   */
  double quantile(double share) {
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    long rank = Math.max(1, (long) Math.ceil(share * all));
    long seen = 0;
    for (Map.Entry<Integer, Long> bucket : counts.entrySet()) {
      seen += bucket.getValue();
      if (seen >= rank) {
        return LogBuckets.valueOf(bucket.getKey());
      }
    }
    return 0;
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  private Buckets combined(Buckets other, LongBinaryOperator operator) {
    TreeMap<Integer, Long> result = new TreeMap<>(counts);
    other.counts.forEach((bucket, count) -> {
      long now = operator.applyAsLong(result.getOrDefault(bucket, 0L), count);
      if (now == 0) {
        result.remove(bucket);
      } else {
        result.put(bucket, now);
      }
    });
    return new Buckets(result);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Buckets buckets && counts.equals(buckets.counts);
  }

  @Override
  public int hashCode() {
    return counts.hashCode();
  }

  @Override
  public String toString() {
    return counts.toString();
  }
}
