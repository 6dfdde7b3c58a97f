package io.skein.discovery.mapping;

/** One column under examination: its name and what its values look like. */
record Column(int index, ColumnName name, ColumnProfile values) {
  private static final double PLAINLY = 0.8;

  /** Whether the values could tell the rows apart by name. */
  boolean identifies() {
    return values.filled() >= 3
        && values.share(Trait.HOST_NAME) >= PLAINLY
        && values.distinct() >= 0.95;
  }
}
