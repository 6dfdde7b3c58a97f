package io.skein.cache;

import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis may be believed. What it kept from before the gate opened may be old, so it is
 * believed only after a sweep that began after that. The first who asks has the sweep begun; until
 * it is done he reads PostgreSQL. Thread safe.
 */
final class Trust {
  private static final Logger LOG = LoggerFactory.getLogger(Trust.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  /** About half a minute. */
  private static final long LOOKS_TO_WARN = 600;

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final FeatureGate gate;
  private final StateSweep sweep;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** The opening of the gate since which all is swept. */
  private final AtomicLong swept = new AtomicLong(FeatureGate.CLOSED);

  /** The latest one for which a sweep was begun. */
  private final AtomicLong begun = new AtomicLong(FeatureGate.CLOSED);

  Trust(FeatureGate gate, StateSweep sweep) {
    this.gate = gate;
    this.sweep = sweep;
  }

  /** Never blocks. */
  boolean given() {
    long opening = gate.opening();
    if (opening == FeatureGate.CLOSED) {
      return false;
    }
    if (opening == swept.get()) {
      return true;
    }
    long before = begun.get();
    if (before < opening && begun.compareAndSet(before, opening)) {
      Thread.ofVirtual().name("skein-cache-trust").start(() -> sweep(opening));
    }
    return false;
  }

  void stop() {
    stopped.countDown();
  }

  private void sweep(long opening) {
    try {
      while (gate.opening() == opening && !sweptSafely(opening)) {
        if (stopped.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean sweptSafely(long opening) throws InterruptedException {
    try {
      sweepOnce(opening);
      return true;
    } catch (RedisAwayException e) {
      LOG.debug("Redis did not answer the sweep that it needs to be believed", e);
    } catch (RuntimeException | Error e) {
      // Whatever it was: nobody begins another one until the gate opens again.
      LOG.warn("the sweep before Redis is believed failed; it is tried again", e);
    }
    return false;
  }

  private void sweepOnce(long opening) throws InterruptedException {
    BooleanSupplier done = sweep.begin();
    long looks = 0;
    while (gate.opening() == opening) {
      if (done.getAsBoolean()) {
        swept.accumulateAndGet(opening, Math::max);
        return;
      }
      looks++;
      if (looks % LOOKS_TO_WARN == 0) {
        LOG.warn("no sweep has ended since Redis is used again; states are read from PostgreSQL");
      }
      if (stopped.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }
}
