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
  List<Part> read(Set<String> names, long from, long to);

  /** The names counted under from one minute to another, both included. */
  Set<String> names(long from, long to);
}
