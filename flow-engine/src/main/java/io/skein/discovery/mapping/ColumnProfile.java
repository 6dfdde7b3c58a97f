package io.skein.discovery.mapping;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sampled values of one column, counted.
 *
 * @param filled how many values there are; "N/A", "-" and the like are none
 * @param distinct share of different values among them
 * @param shares share of each trait, by ordinal
 * @param values the values written plainly, each once
 * @param lists share of cells that hold several values
 * @param median of the numbers, 0 without any
 */
record ColumnProfile(
    int filled, double distinct, double[] shares, Set<String> values, double lists, double median) {
  private static final Set<String> NOTHING =
      Set.of(
          "",
          "-",
          "--",
          "n/a",
          "na",
          "none",
          "null",
          "nil",
          "unknown",
          "tbd",
          "?",
          "#n/a",
          "k.a.",
          "sin datos");

  static ColumnProfile of(List<String> cells, Traits traits) {
    int[] counts = new int[Trait.values().length];
    Set<String> values = new LinkedHashSet<>();
    Map<String, Set<Trait>> known = new HashMap<>();
    List<Double> numbers = new ArrayList<>();
    int filled = 0;
    int lists = 0;
    for (String cell : cells) {
      String plain = Words.plain(cell);
      if (NOTHING.contains(plain)) {
        continue;
      }
      filled++;
      List<String> parts = parts(plain);
      lists += parts.size() > 1 ? 1 : 0;
      values.addAll(parts);
      Set<Trait> common = known.computeIfAbsent(plain, value -> traitsOf(value, parts, traits));
      common.forEach(trait -> counts[trait.ordinal()]++);
      // A decimal comma looks like a list of two numbers; its parts say nothing of the size.
      if (parts.size() == 1 && common.contains(Trait.WHOLE_NUMBER)) {
        numbers.add(Double.valueOf(parts.getFirst()));
      }
    }
    int total = Math.max(1, filled);
    double[] shares = Arrays.stream(counts).mapToDouble(count -> (double) count / total).toArray();
    numbers.sort(null);
    double median = numbers.isEmpty() ? 0 : numbers.get(numbers.size() / 2);
    return new ColumnProfile(
        filled, (double) known.size() / total, shares, values, (double) lists / total, median);
  }

  double share(Trait trait) {
    return shares[trait.ordinal()];
  }

  /** Of the whole cell, and those that all its parts share. */
  private static Set<Trait> traitsOf(String plain, List<String> parts, Traits traits) {
    Set<Trait> all = traits.of(plain);
    if (parts.size() > 1) {
      Set<Trait> common = traits.of(parts.getFirst());
      parts.stream().skip(1).map(traits::of).forEach(common::retainAll);
      all.addAll(common);
    }
    return all;
  }

  private static List<String> parts(String plain) {
    return Arrays.stream(plain.split("[;,|\\n]"))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }
}
