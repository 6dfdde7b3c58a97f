package io.skein.discovery.cleansing;

import org.jspecify.annotations.Nullable;

/**
 * An operating system (or the software named in its place), read from free text.
 *
 * @param family what kind of platform
 * @param product stable identifier, the product name of endoflife.date where it has one (for
 *     example {@code windows-server}); null when the text names nothing known
 * @param name display name of the product, or the trimmed text when unknown
 * @param version normalised version (for example {@code 2012-r2}, {@code 15.3}, {@code 10u11});
 *     null when none is named
 * @param edition edition as named, in lower case words (for example {@code standard}), or null
 * @param runsOn display name of the operating system beneath, when the text names software on it
 *     ({@code PostgreSQL 14 on Ubuntu}), or null
 */
public record OperatingSystem(
    OsFamily family,
    @Nullable String product,
    String name,
    @Nullable String version,
    @Nullable String edition,
    @Nullable String runsOn) {

  /** Name and version as one would write them, for example {@code Debian 10}. */
  public String displayName() {
    return version == null ? name : name + " " + version;
  }
}
