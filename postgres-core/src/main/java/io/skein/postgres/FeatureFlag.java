package io.skein.postgres;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a feature is switched on.
 *
 * @param name for example {@code state_cache}
 * @param changedAt when an operator said so, by PostgreSQL's clock; null when the process's own
 *     settings do
 * @param changedBy which operator; null likewise
 */
public record FeatureFlag(
    String name, boolean enabled, @Nullable Instant changedAt, @Nullable String changedBy) {

  public FeatureFlag {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a flag has a name");
    }
  }

  /** As a process begins with it. */
  static FeatureFlag initial(String name, boolean enabled) {
    return new FeatureFlag(name, enabled, null, null);
  }
}
