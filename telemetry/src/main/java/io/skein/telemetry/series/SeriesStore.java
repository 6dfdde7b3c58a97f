package io.skein.telemetry.series;

import java.util.List;
import java.util.Set;

/**
 * Where the minutes of all processes are kept. Of a part that is written more than once the latest
 * flush stays, in whatever order they arrive. Thread safe.
 */
interface SeriesStore {

  void write(List<Part> parts);

  /** The parts of some names from one minute to another, both included, in no order. */
  Found read(Set<String> names, long from, long to);

  /** The names counted under from one minute to another, both included. */
  Set<String> names(long from, long to);

  /**
   * What was found.
   *
   * @param absent minutes of which the store knows nothing at all, under no name
   */
  record Found(List<Part> parts, Set<Long> absent) {}
}
