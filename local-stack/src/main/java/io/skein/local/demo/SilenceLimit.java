package io.skein.local.demo;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a stream on which nothing at all has arrived for too long, not even a heartbeat: a dead
 * connection looks like a quiet one. Read by one thread.
 */
final class SilenceLimit extends FilterInputStream {
  private static final int CHECKS_PER_LIMIT = 8;

  private final long limitNanos;
  private final ScheduledFuture<?> checks;
  private volatile long heardAt = System.nanoTime();

  SilenceLimit(InputStream stream, Duration limit, ScheduledExecutorService clock) {
    super(stream);
    this.limitNanos = limit.toNanos();
    long interval = Math.max(1, limitNanos / CHECKS_PER_LIMIT);
    this.checks =
        clock.scheduleWithFixedDelay(this::check, interval, interval, TimeUnit.NANOSECONDS);
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    heardAt = System.nanoTime();
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    heardAt = System.nanoTime();
    return count;
  }

  @Override
  public void close() throws IOException {
    checks.cancel(false);
    super.close();
  }

  private void check() {
    if (System.nanoTime() - heardAt > limitNanos) {
      try {
        close();
      } catch (IOException e) {
        // The reader of this stream sees the same failure and reports it.
      }
    }
  }
}
