package io.skein.discovery.mapping;

/**
 * What a column name says of a field.
 *
 * @param strength of the name alone, 0 to 1
 * @param whole whether every word of the name is accounted for; otherwise the rest may mean
 *     something else
 * @param phrase the known name that was found
 */
record HeaderMatch(double strength, boolean whole, String phrase) {
  static final HeaderMatch NONE = new HeaderMatch(0, false, "");

  HeaderMatch or(HeaderMatch other) {
    boolean better =
        other.whole != whole
            ? other.whole && other.strength >= 0.5 || strength < 0.5 && !whole
            : other.strength > strength;
    return better ? other : this;
  }
}
