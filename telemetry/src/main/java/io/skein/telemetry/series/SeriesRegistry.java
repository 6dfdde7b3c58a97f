package io.skein.telemetry.series;

import io.micrometer.core.instrument.AbstractDistributionSummary;
import io.micrometer.core.instrument.AbstractTimer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.NoopHistogram;
import io.micrometer.core.instrument.distribution.pause.NoPauseDetector;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Micrometer's meters with buckets that add up over processes. Whatever is registered with it is
 * looked at every five seconds; nothing has to be counted twice. Thread safe.
 */
public final class SeriesRegistry extends SimpleMeterRegistry {
  public SeriesRegistry() {
    super(SimpleConfig.DEFAULT, Clock.SYSTEM);
  }

  /** What a meter has counted since it was made, or shows now; empty for kinds without a figure. */
  static Optional<Reading> reading(Meter meter) {
    return switch (meter) {
      case SeriesTimer timer -> growing(SeriesKind.DISTRIBUTION, timer.values.soFar());
      case SeriesSummary summary -> growing(SeriesKind.DISTRIBUTION, summary.values.soFar());
      case Counter counter -> growing(SeriesKind.COUNTER, Figures.counted(counter.count()));
      case FunctionCounter counter -> growing(SeriesKind.COUNTER, Figures.counted(counter.count()));
      case FunctionTimer timer ->
          growing(
              SeriesKind.DISTRIBUTION,
              new Figures(
                  Math.round(timer.count()),
                  Math.round(timer.totalTime(TimeUnit.NANOSECONDS)),
                  Buckets.NONE));
      case Gauge gauge -> sample(gauge.value());
      default -> Optional.empty();
    };
  }

  /**
   * One look at a meter.
   *
   * @param grows whether the figures are those since the meter was made, or this look's own
   */
  record Reading(SeriesKind kind, boolean grows, Figures figures) {}

  private static Optional<Reading> growing(SeriesKind kind, Figures figures) {
    return Optional.of(new Reading(kind, true, figures));
  }

  private static Optional<Reading> sample(double value) {
    if (!Double.isFinite(value)) {
      return Optional.empty();
    }
    return Optional.of(new Reading(SeriesKind.GAUGE, false, Figures.seen(value)));
  }

  @Override
  protected Timer newTimer(
      Meter.Id id, DistributionStatisticConfig configuration, PauseDetector pauses) {
    return new SeriesTimer(id);
  }

  @Override
  protected DistributionSummary newDistributionSummary(
      Meter.Id id, DistributionStatisticConfig configuration, double scale) {
    return new SeriesSummary(id, scale);
  }

  private static final class SeriesTimer extends AbstractTimer {
    private final StripedSum values = new StripedSum();

    SeriesTimer(Meter.Id id) {
      super(id, Clock.SYSTEM, new NoPauseDetector(), TimeUnit.SECONDS, NoopHistogram.INSTANCE);
    }

    @Override
    protected void recordNonNegative(long amount, TimeUnit unit) {
      values.addNanos(unit.toNanos(amount));
    }

    @Override
    public long count() {
      return values.soFar().count();
    }

    @Override
    public double totalTime(TimeUnit unit) {
      return (double) values.soFar().billionths() / unit.toNanos(1);
    }

    @Override
    public double max(TimeUnit unit) {
      return 0; // not kept: a maximum of a minute cannot be had from what only grows
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
      return HistogramSnapshot.empty(count(), totalTime(TimeUnit.NANOSECONDS), 0);
    }
  }

  private static final class SeriesSummary extends AbstractDistributionSummary {
    private final StripedSum values = new StripedSum();

    SeriesSummary(Meter.Id id, double scale) {
      super(id, scale, NoopHistogram.INSTANCE);
    }

    @Override
    protected void recordNonNegative(double amount) {
      values.add(amount);
    }

    @Override
    public long count() {
      return values.soFar().count();
    }

    @Override
    public double totalAmount() {
      return values.soFar().billionths() / StripedSum.SCALE;
    }

    @Override
    public double max() {
      return 0; // as of a timer
    }
  }
}
