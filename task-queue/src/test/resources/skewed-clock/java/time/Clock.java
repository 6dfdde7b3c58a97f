package java.time;

import java.util.Objects;

/**
 * The JDK's clock in so many lines, ahead of the machine's by the system property {@code
 * skein.test.skew} in seconds. Everything in {@code java.time} that asks for the time asks here.
 * ClockSkewTest compiles it and patches {@code java.base} with it.
 */
public abstract class Clock implements InstantSource {
  protected Clock() {}

  public static Clock systemUTC() {
    return system(ZoneOffset.UTC);
  }

  public static Clock systemDefaultZone() {
    return system(ZoneId.systemDefault());
  }

  public static Clock system(ZoneId zone) {
    return new SourceClock(SystemInstantSource.INSTANCE, zone);
  }

  public static Clock tickMillis(ZoneId zone) {
    return tick(system(zone), Duration.ofMillis(1));
  }

  public static Clock tickSeconds(ZoneId zone) {
    return tick(system(zone), Duration.ofSeconds(1));
  }

  public static Clock tickMinutes(ZoneId zone) {
    return tick(system(zone), Duration.ofMinutes(1));
  }

  public static Clock tick(Clock base, Duration tick) {
    long nanos = tick.toNanos();
    InstantSource source =
        () -> {
          Instant now = base.instant();
          return now.minusNanos(
              Math.floorMod(now.getNano() + now.getEpochSecond() * 1_000_000_000L, nanos));
        };
    return new SourceClock(source, base.getZone());
  }

  public static Clock fixed(Instant instant, ZoneId zone) {
    Objects.requireNonNull(instant);
    return new SourceClock(() -> instant, zone);
  }

  public static Clock offset(Clock base, Duration offset) {
    return new SourceClock(() -> base.instant().plus(offset), base.getZone());
  }

  public abstract ZoneId getZone();

  @Override
  public abstract Clock withZone(ZoneId zone);

  @Override
  public long millis() {
    return instant().toEpochMilli();
  }

  @Override
  public abstract Instant instant();

  @Override
  public boolean equals(Object other) {
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  static Instant currentInstant() {
    return Instant.ofEpochMilli(System.currentTimeMillis())
        .plusSeconds(Long.getLong("skein.test.skew", 0));
  }

  static final class SystemInstantSource implements InstantSource {
    static final SystemInstantSource INSTANCE = new SystemInstantSource();

    @Override
    public Instant instant() {
      return currentInstant();
    }
  }

  static final class SourceClock extends Clock {
    private final InstantSource source;
    private final ZoneId zone;

    SourceClock(InstantSource source, ZoneId zone) {
      this.source = source;
      this.zone = Objects.requireNonNull(zone);
    }

    @Override
    public ZoneId getZone() {
      return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
      return new SourceClock(source, other);
    }

    @Override
    public Instant instant() {
      return source.instant();
    }
  }
}
