package io.skein.local.streams;

import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** How many fell into each part of a time, for people and for a bound. */
record Histogram(Duration width, TreeMap<Long, Integer> counts) {

  /**
   * @param nanos of {@link System#nanoTime}; those before the begin are left out
   */
  static Histogram of(List<Long> nanos, long begin, Duration width) {
    TreeMap<Long, Integer> counts = new TreeMap<>();
    for (long at : nanos) {
      if (at >= begin) {
        counts.merge((at - begin) / width.toNanos(), 1, Integer::sum);
      }
    }
    return new Histogram(width, counts);
  }

  int total() {
    return counts.values().stream().mapToInt(count -> count).sum();
  }

  int busiest() {
    return counts.values().stream().mapToInt(count -> count).max().orElse(0);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((part, count) ->
        text.append("%6d ms %5d %s%n".formatted(part * width.toMillis(), count, bar(count))));
    return text.toString();
  }

  private String bar(int count) {
    return "#".repeat(Math.max(1, 60 * count / busiest()));
  }
}
