package io.skein.events;

import java.time.Duration;

/**
 * How long the events of finished flows are kept.
 *
 * @param keep after a stream was closed; 30 days by default
 * @param streamsAtOnce the most streams of one pass, 1,000 by default
 * @param eventsAtOnce the most events of one transaction, 5,000 by default
 */
public record RetentionPolicy(Duration keep, int streamsAtOnce, int eventsAtOnce) {
  public RetentionPolicy {
    if (keep.isNegative() || keep.isZero()) {
      throw new IllegalArgumentException("keep must be positive, but is " + keep);
    }
    if (streamsAtOnce < 1 || eventsAtOnce < 1) {
      throw new IllegalArgumentException("streamsAtOnce and eventsAtOnce must be at least 1");
    }
  }

  public static RetentionPolicy defaults() {
    return new RetentionPolicy(Duration.ofDays(30), 1_000, 5_000);
  }

  public RetentionPolicy withKeep(Duration duration) {
    return new RetentionPolicy(duration, streamsAtOnce, eventsAtOnce);
  }
}
