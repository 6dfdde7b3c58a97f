package io.skein.discovery.lifecycle;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A piece of technical debt.
 *
 * @param severity how bad
 * @param category what about
 * @param asset key of the asset, or null when the finding is about several
 * @param title a few words, the same for all findings of a kind
 * @param detail what was found here, one sentence
 */
public record Finding(
    Severity severity, Category category, @Nullable String asset, String title, String detail) {

  /** How bad a finding is, worst first. Written in lower case in JSON. */
  public enum Severity {
    CRITICAL,
    HIGH,
    MEDIUM,
    LOW,
    INFO;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a finding is about. Written in lower case in JSON. */
  public enum Category {
    LIFECYCLE,
    DATA_QUALITY,
    DEPENDENCY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
