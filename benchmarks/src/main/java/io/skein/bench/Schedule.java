package io.skein.bench;

import io.skein.bench.load.Stamp;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends at an even rate, whatever becomes of what was sent before: each carries the moment at which
 * it was to be sent, so that a sender that falls behind shows as delay.
 *
 * @param aSecond how many
 * @param threads that send
 */
public record Schedule(int aSecond, int threads) {

  /** One of the things that are sent. */
  @FunctionalInterface
  public interface Sending {
    /**
     * Sends.
     *
     * @param stamp the moment at which it was to be sent, as by {@link Stamp}
     */
    void send(long number, long stamp);
  }

  /**
   * Answers how many were sent, when the last one is.
   *
   * @throws IllegalStateException when one could not be sent
   */
  public long run(Duration time, Sending sending) {
    long count = time.toMillis() * aSecond / 1_000;
    long begin = System.nanoTime();
    long stamp = Stamp.now(Clock.systemUTC());
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    try (ExecutorService senders = Executors.newFixedThreadPool(threads)) {
      for (long number = 0; number < count && failure.get() == null; number++) {
        long offset = number * TimeUnit.SECONDS.toNanos(1) / aSecond;
        awaitNanoTime(begin + offset);
        long due = number;
        senders.execute(() -> attempt(sending, due, stamp + offset / 1_000, failure));
      }
    }
    if (failure.get() != null) {
      throw new IllegalStateException("an event could not be sent", failure.get());
    }
    return count;
  }

  private static void attempt(
      Sending sending, long number, long stamp, AtomicReference<RuntimeException> failure) {
    try {
      sending.send(number, stamp);
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Waits, for what has no sign of its own that it is over. */
  public static void pause(Duration time) {
    awaitNanoTime(System.nanoTime() + time.toNanos());
  }

  private static void awaitNanoTime(long moment) {
    long left = moment - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted while measuring");
      }
      left = moment - System.nanoTime();
    }
  }
}
