package io.skein.redis;

/** Where a feature goes now, and why. */
public enum FeatureMode {
  /** To Redis. */
  REDIS("redis", "Redis carries it"),
  /** Redis does not answer its probes. */
  REDIS_AWAY("fallback", "Redis cannot be used"),
  /** Redis answers its probes, but not this feature's calls, or too slowly. */
  BREAKER_OPEN(
      "fallback", "calls of Redis failed or were slow; it is tried again in a few seconds"),
  /** The flag is off. */
  FLAG_OFF("fallback", "switched off by its flag"),
  /** The flag of the feature that it stands on is off. */
  NEEDED_FLAG_OFF("fallback", "the feature that it needs is switched off by its flag");

  private final String label;
  private final String reason;

  FeatureMode(String label, String reason) {
    this.label = label;
    this.reason = reason;
  }

  /** {@code redis} or {@code fallback}. */
  public String label() {
    return label;
  }

  /** Why, for people. */
  public String reason() {
    return reason;
  }
}
