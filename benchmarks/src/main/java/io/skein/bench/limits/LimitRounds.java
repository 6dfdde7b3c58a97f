package io.skein.bench.limits;

import io.skein.bench.Report;
import io.skein.bench.Target;
import java.time.Duration;

/** Checks of limits and their rivals, in turn. Not thread safe. */
public final class LimitRounds implements AutoCloseable {
  private static final double LEAST_SHARE = 0.9;
  private static final double LEAST_TIMES = 2;

  private final RoundTripRound roundTrip;
  private final HotKeyRound hotKey;
  private final Duration duration;

  /**
   * Connects the rival.
   *
   * @param duration of each measurement
   */
  public LimitRounds(LimitServer server, Duration duration, Report report) {
    this.roundTrip = new RoundTripRound(server, report);
    this.hotKey = new HotKeyRound(server, report);
    this.duration = duration;
  }

  public void warmUp() {
    Duration time = Duration.ofSeconds(3);
    roundTrip.warmUp(time);
    hotKey.warmUp(time);
  }

  public void run() {
    roundTrip.run(duration);
    hotKey.run(duration);
  }

  public Target target() {
    double share = roundTrip.share();
    double times = hotKey.times();
    return new Target(
        "T12",
        "%sx-evalsha %sx-bucket4j".formatted(Report.number(share), Report.number(times)),
        ">=0.9x-evalsha >=2x-bucket4j",
        share >= LEAST_SHARE && times >= LEAST_TIMES);
  }

  @Override
  public void close() {
    hotKey.close();
  }
}
