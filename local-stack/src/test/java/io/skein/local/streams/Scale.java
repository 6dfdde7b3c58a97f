package io.skein.local.streams;

/**
 * How much a test does: enough to find a defect in seconds, or with {@code -Dskein.test.full=true}
 * the sizes that the guarantees are given for.
 */
final class Scale {
  private static final boolean FULL = Boolean.getBoolean("skein.test.full");

  private Scale() {}

  static int of(int usual, int full) {
    return FULL ? full : usual;
  }
}
