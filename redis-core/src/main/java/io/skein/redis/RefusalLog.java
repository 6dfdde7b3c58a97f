package io.skein.redis;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of errors that do not pass by themselves: a key of another type, a script that
 * fails, a right that is missing. Their callers go on without Redis and say nothing. At most one
 * line each half minute. Thread safe.
 */
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final long BETWEEN_LINES = Duration.ofSeconds(30).toNanos();

  private final Feature feature;
  private final LongSupplier nanoTime;
  private final AtomicLong next;

  RefusalLog(Feature feature, LongSupplier nanoTime) {
    this.feature = feature;
    this.nanoTime = nanoTime;
    this.next = new AtomicLong(nanoTime.getAsLong());
  }

  void refused(String doing, RuntimeException answer) {
    if (RedisErrors.passes(answer)) {
      return;
    }
    long now = nanoTime.getAsLong();
    long due = next.get();
    if (now - due >= 0 && next.compareAndSet(due, now + BETWEEN_LINES)) {
      LOG.atWarn()
          .addKeyValue("feature", feature.label())
          .addKeyValue("doing", doing)
          .setCause(answer)
          .log("Redis refuses what a feature asks of it");
    }
  }
}
