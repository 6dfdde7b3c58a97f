package io.skein.telemetry.series;

import java.util.Set;

/**
 * What is to be answered: the figures of a name, minute by minute, apart by the values of some
 * tags.
 *
 * @param by the tags; {@link SeriesAnswer#INSTANCE} is always one
 */
public record SeriesQuestion(String name, Set<String> by) {
  public SeriesQuestion {
    by = Set.copyOf(by);
  }

  /** All tags and instances together. */
  public static SeriesQuestion of(String name) {
    return new SeriesQuestion(name, Set.of());
  }
}
