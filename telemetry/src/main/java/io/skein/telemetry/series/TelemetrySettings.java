package io.skein.telemetry.series;

import java.time.Duration;

/**
 * How figures are kept.
 *
 * @param flushInterval how often a process writes them; what a killed one counted since is lost. It
 *     divides a minute
 * @param rollInterval how often one process brings them from Redis to PostgreSQL
 * @param keep how long PostgreSQL has them; Redis has them for a day
 * @param heldMinutes how many minutes a process holds that it cannot write
 */
public record TelemetrySettings(
    Duration flushInterval, Duration rollInterval, Duration keep, int heldMinutes) {

  public TelemetrySettings {
    if (flushInterval.toMillis() < 1
        || Duration.ofMinutes(1).toMillis() % flushInterval.toMillis() != 0) {
      throw new IllegalArgumentException("the flush interval must divide a minute");
    }
    if (heldMinutes < 2) {
      throw new IllegalArgumentException("a process must hold at least two minutes");
    }
  }

  /** Every 5 s, every 2 min, three days, 15 minutes. */
  public static TelemetrySettings defaults() {
    return new TelemetrySettings(
        Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofDays(3), 15);
  }
}
