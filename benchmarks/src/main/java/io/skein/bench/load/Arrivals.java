package io.skein.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What has arrived since {@link #restart}. Belongs to the thread of the streams; the deliveries
 * alone are seen by others.
 */
final class Arrivals {
  private static final long LONGEST_MICROS = 600_000_000;

  private final Histogram delays = new Histogram(LONGEST_MICROS, 3);
  private final SharedCount deliveries;
  private long bytes;

  Arrivals(SharedCount deliveries) {
    this.deliveries = deliveries;
  }

  void delivered(long delayMicros) {
    delays.recordValue(Math.clamp(delayMicros, 0, LONGEST_MICROS));
    deliveries.set(deliveries.get() + 1);
  }

  void read(int count) {
    bytes += count;
  }

  void restart() {
    delays.reset();
    deliveries.set(0);
    bytes = 0;
  }

  LoadFigures figures(int open, int broken) {
    return new LoadFigures(
        open,
        broken,
        deliveries.get(),
        bytes,
        delays.getValueAtPercentile(50),
        delays.getValueAtPercentile(99),
        delays.getMaxValue());
  }
}
