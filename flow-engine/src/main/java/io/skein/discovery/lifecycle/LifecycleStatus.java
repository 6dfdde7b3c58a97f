package io.skein.discovery.lifecycle;

import java.util.Locale;

/** Where a product stands in its life. Written in lower case in JSON. */
public enum LifecycleStatus {
  /** Support has ended, extended support (if there is any) too. */
  ENDED,
  /** Support has ended, extended support still runs. Counts as ended. */
  ENDED_WITH_EXTENDED_SUPPORT,
  SUPPORTED,
  /** An operating system is named, but no product or cycle of the table. */
  UNMATCHED,
  /** No operating system is named. */
  MISSING;

  /** Whether ordinary support has ended. */
  public boolean isEnded() {
    return this == ENDED || this == ENDED_WITH_EXTENDED_SUPPORT;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
