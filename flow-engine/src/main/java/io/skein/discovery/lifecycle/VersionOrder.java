package io.skein.discovery.lifecycle;

import java.util.Comparator;

/** Compares dotted numbers part by part; a missing part is lower than any. */
final class VersionOrder {

  static final Comparator<String> ASCENDING = VersionOrder::compare;

  private VersionOrder() {}

  private static int compare(String left, String right) {
    String[] lefts = left.split("\\.", -1);
    String[] rights = right.split("\\.", -1);
    for (int i = 0; i < Math.min(lefts.length, rights.length); i++) {
      int byPart = Long.compare(Long.parseLong(lefts[i]), Long.parseLong(rights[i]));
      if (byPart != 0) {
        return byPart;
      }
    }
    return Integer.compare(lefts.length, rights.length);
  }
}
