package io.skein.telemetry.series;

/**
 * What one process counted under one name in one minute: all of it so far. Immutable.
 *
 * @param minute since 1970
 * @param process unique among all processes ever
 * @param flush grows with each change, so that of two the later is known
 * @param text what {@link PartText} writes
 */
record Part(String name, long minute, String process, long flush, String text) {
  /** Of which there is at most one; a later one replaces it. */
  Key key() {
    return new Key(name, minute, process);
  }

  record Key(String name, long minute, String process) {}
}
