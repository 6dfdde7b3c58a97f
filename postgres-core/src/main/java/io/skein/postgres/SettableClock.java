package io.skein.postgres;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * A clock for tests that stands still until it is told otherwise. With {@link Database#openOn} the
 * statements of Skein read the same time. In whole microseconds, as PostgreSQL. Thread safe.
 */
public final class SettableClock extends Clock {
  private Instant now;

  private SettableClock(Instant now) {
    this.now = now.truncatedTo(ChronoUnit.MICROS);
  }

  public static SettableClock at(Instant start) {
    return new SettableClock(start);
  }

  /** From now on it is this time; it may be an earlier one. */
  public synchronized void set(Instant time) {
    now = time.truncatedTo(ChronoUnit.MICROS);
  }

  /** From now on it is later by this. */
  public synchronized void advance(Duration by) {
    set(now.plus(by));
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** UTC. */
  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /**
   * @throws UnsupportedOperationException always: a copy would not be set with this one
   */
  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("ask the clock for its instant, and that for a zone");
  }
}
