package io.skein.testing;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds that promise something within a time, on a machine that may stand still: one that failed
 * while this JVM got no processor proved nothing and is repeated. What fails on a machine that runs
 * fails at once, so no promise is weakened. Thread safe.
 */
public final class Stalls {
  private static final Logger LOG = LoggerFactory.getLogger(Stalls.class);
  private static final Duration HARMLESS = Duration.ofMillis(200);
  private static final int HARMLESS_SHARE = 50;
  private static final int MOST_ROUNDS = 5;

  private final StallMeter meter;

  private Stalls(StallMeter meter) {
    this.meter = meter;
  }

  /** A round; it must not count on being the first. */
  @FunctionalInterface
  public interface Round<E extends Exception> {
    void run() throws E;
  }

  /**
   * Runs it, and again while it fails on a machine that stood still meanwhile, for more than 200 ms
   * in all and more than a fiftieth of the round; at most five times, and not when interrupted.
   *
   * @throws E or AssertionError, what the round threw last
   */
  public static <E extends Exception> void repeatIfStalled(Round<E> round) throws E {
    Shared.INSTANCE.repeat(round);
  }

  static Stalls measuredBy(StallMeter meter) {
    return new Stalls(meter);
  }

  <E extends Exception> void repeat(Round<E> round) throws E {
    for (int number = 1; ; number++) {
      long begin = meter.now();
      try {
        round.run();
        return;
      } catch (Exception | AssertionError e) {
        Duration stalled = meter.stalledSince(begin);
        boolean ends = number == MOST_ROUNDS || e instanceof InterruptedException;
        if (ends || isHarmless(stalled, meter.now() - begin)) {
          throw e;
        }
        LOG.atWarn()
            .addKeyValue("stalled", stalled)
            .setCause(e)
            .log("a round failed while the machine stood still; it is repeated");
      }
    }
  }

  private static boolean isHarmless(Duration stalled, long roundNanos) {
    return stalled.compareTo(HARMLESS) <= 0 || stalled.toNanos() <= roundNanos / HARMLESS_SHARE;
  }

  /** The meter starts with its first use. */
  private static final class Shared {
    private static final Stalls INSTANCE = new Stalls(StallMeter.started());
  }
}
