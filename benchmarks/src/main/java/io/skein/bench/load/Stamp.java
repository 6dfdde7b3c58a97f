package io.skein.bench.load;

import java.time.Clock;
import java.time.Instant;

/**
 * The moment at which an event was to be sent, written into its payload between two tildes, which
 * stand nowhere else in a stream. Microseconds of the wall clock, since the processes of one
 * machine share it.
 */
public final class Stamp {
  static final byte MARK = '~';

  private Stamp() {}

  /** Microseconds since 1970. */
  public static long now(Clock clock) {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }

  /** How it stands in a payload. */
  public static String text(long micros) {
    return "~" + micros + "~";
  }
}
