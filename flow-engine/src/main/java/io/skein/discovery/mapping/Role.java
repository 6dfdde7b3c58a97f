package io.skein.discovery.mapping;

import java.util.Locale;

/** What a file lists. {@link #toString()} is the name in JSON. */
public enum Role {
  /** One asset in a row. */
  ASSETS,
  /** One edge between two assets in a row. */
  DEPENDENCIES,
  /** Not to be told from its columns; the user has to map some. */
  UNKNOWN;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
