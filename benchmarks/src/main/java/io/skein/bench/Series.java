package io.skein.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The figures of one kind, one a round. Not thread safe. */
public final class Series {
  private final String name;
  private final String unit;
  private final List<Double> figures = new ArrayList<>();

  Series(String name, String unit) {
    this.name = name;
    this.unit = unit;
  }

  public String name() {
    return name;
  }

  public String unit() {
    return unit;
  }

  /** The figures in the order of the rounds. */
  public List<Double> figures() {
    return List.copyOf(figures);
  }

  void add(double figure) {
    figures.add(figure);
  }

  /** The one in the middle; of an even number, the mean of the two. */
  public double median() {
    List<Double> sorted = sorted();
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }

  public double least() {
    return sorted().getFirst();
  }

  public double most() {
    return sorted().getLast();
  }

  /** The one furthest from a figure that was wanted. */
  double furthestFrom(double wanted) {
    return sorted().stream()
        .max(Comparator.comparingDouble(figure -> Math.abs(figure - wanted)))
        .orElseThrow();
  }

  private List<Double> sorted() {
    if (figures.isEmpty()) {
      throw new IllegalStateException("there is no figure of " + name);
    }
    return figures.stream().sorted().toList();
  }
}
