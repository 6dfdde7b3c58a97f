package io.skein.telemetry.series;

import java.time.Instant;

/** Minutes since 1970, as keys and rows have them. */
final class Minutes {
  private static final int SECONDS = 60;

  private Minutes() {}

  static long of(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), SECONDS);
  }

  static Instant start(long minute) {
    return Instant.ofEpochSecond(minute * SECONDS);
  }
}
