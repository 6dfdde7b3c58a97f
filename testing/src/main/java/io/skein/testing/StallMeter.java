package io.skein.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How long this JVM stood still: a thread that wants to run every 10 ms says how much later than
 * that it did. Keeps the last 10,000 delays of 50 ms and more. Thread safe.
 */
final class StallMeter {
  private static final long BEAT = Duration.ofMillis(10).toNanos();
  private static final long LEAST = Duration.ofMillis(50).toNanos();
  private static final int BOUND = 10_000;

  private final LongSupplier nanoTime;
  private final Deque<Stall> stalls = new ArrayDeque<>();
  private long lastBeat;

  StallMeter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.lastBeat = nanoTime.getAsLong();
  }

  /** One that beats for as long as the JVM lives. */
  static StallMeter started() {
    StallMeter meter = new StallMeter(System::nanoTime);
    Thread.ofPlatform()
        .name("stall-meter")
        .daemon()
        .start(() -> {
          while (true) {
            LockSupport.parkNanos(BEAT);
            meter.beat();
          }
        });
    return meter;
  }

  /** A mark for {@link #stalledSince}; what lasted until now ended before it. */
  synchronized long now() {
    beat();
    return lastBeat;
  }

  synchronized void beat() {
    long now = nanoTime.getAsLong();
    long late = now - lastBeat - BEAT;
    lastBeat = now;
    if (late >= LEAST) {
      stalls.addLast(new Stall(now, late));
      if (stalls.size() > BOUND) {
        stalls.removeFirst();
      }
    }
  }

  /**
   * All delays added up that ended after this moment, and the one that lasts still.
   *
   * @param mark of the same clock
   */
  synchronized Duration stalledSince(long mark) {
    beat();
    return Duration.ofNanos(
        stalls.stream().filter(one -> one.end - mark > 0).mapToLong(Stall::nanos).sum());
  }

  private record Stall(long end, long nanos) {}
}
