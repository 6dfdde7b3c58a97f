package io.skein.discovery.cleansing;

import java.util.regex.Pattern;

/**
 * A product that operating system strings name.
 *
 * @param slug identifier, that of endoflife.date where it has one
 * @param generic whether the name says little ({@code Linux}): used only when nothing closer
 *     matches
 * @param spelling finds the name in normalised text
 */
record KnownProduct(
    String slug,
    OsFamily family,
    String name,
    VersionStyle style,
    boolean generic,
    Pattern spelling) {

  static KnownProduct of(
      String slug, OsFamily family, String name, VersionStyle style, String spelling) {
    return new KnownProduct(slug, family, name, style, false, whole(spelling));
  }

  static KnownProduct generic(
      String slug, OsFamily family, String name, VersionStyle style, String spelling) {
    return new KnownProduct(slug, family, name, style, true, whole(spelling));
  }

  /** Letters must not touch the name; digits may, for tokens like {@code ubuntu1604}. */
  private static Pattern whole(String spelling) {
    return Pattern.compile("(?<![\\p{L}\\d])(?:" + spelling + ")(?!\\p{L})");
  }

  /** Whether it is an operating system, not software that runs on one. */
  boolean isOperatingSystem() {
    return family != OsFamily.DATABASE && family != OsFamily.SOFTWARE;
  }
}
