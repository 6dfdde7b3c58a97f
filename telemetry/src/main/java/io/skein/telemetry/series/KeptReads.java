package io.skein.telemetry.series;

import io.skein.postgres.FallbackBulkhead;
import io.skein.postgres.FallbackBusyException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only so many questions ask PostgreSQL at a time, so that pages of charts cannot use up what
 * the pool has for all features while Redis is away. Thread safe.
 */
final class KeptReads {
  private static final Logger LOG = LoggerFactory.getLogger(KeptReads.class);
  private static final int AT_ONCE = 2;
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private static final String BUSY =
      "too many questions ask PostgreSQL at once; try again in a moment";

  private final Semaphore places = new Semaphore(AT_ONCE, true);
  private final FallbackBulkhead fallback;

  KeptReads(FallbackBulkhead fallback) {
    this.fallback = fallback;
  }

  /** The answer, or why there is none. */
  sealed interface Kept<T> {
    record Found<T>(T answer) implements Kept<T> {}

    record Missing<T>(String reason) implements Kept<T> {}
  }

  /** Asks when a place is free in time. */
  <T> Kept<T> ask(Supplier<T> question) {
    if (!entered()) {
      return new Kept.Missing<>(BUSY);
    }
    try {
      return new Kept.Found<>(fallback.call(question::get));
    } catch (FallbackBusyException e) {
      return new Kept.Missing<>(BUSY);
    } catch (JdbiException e) {
      LOG.atWarn().addKeyValue("reason", e.toString()).log("kept figures cannot be read");
      return new Kept.Missing<>("PostgreSQL does not answer");
    } finally {
      places.release();
    }
  }

  private boolean entered() {
    try {
      return places.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
