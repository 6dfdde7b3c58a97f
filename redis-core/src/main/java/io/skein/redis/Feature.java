package io.skein.redis;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What Redis carries, each to be switched off by itself; PostgreSQL or the process takes over. */
public enum Feature {
  EVENT_BUS,
  SSE_BROKER,
  STATE_CACHE,
  TASK_QUEUE,
  LOCKS,
  RATE_LIMIT,
  TELEMETRY;

  /** As operators write it, for example {@code state_cache}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The feature that this one stands on: while its flag is off this one is off as well. */
  public Optional<Feature> needs() {
    return this == SSE_BROKER ? Optional.of(EVENT_BUS) : Optional.empty();
  }

  /** The feature of that {@link #label}; empty when there is none. */
  public static Optional<Feature> of(String label) {
    return Arrays.stream(values()).filter(feature -> feature.label().equals(label)).findFirst();
  }
}
