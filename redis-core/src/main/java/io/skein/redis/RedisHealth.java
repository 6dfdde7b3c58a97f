package io.skein.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis may be used now. A probe every 500 ms writes: two that fail in a row close the
 * door, three that succeed in a row open it again, so that a flapping server does not make callers
 * flap. A caller whose call failed has the next probe made at once, and until that is answered
 * nobody else need wait for a server that may be gone. Thread safe.
 */
public final class RedisHealth implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisHealth.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** Between the probes of a server that is under suspicion. */
  private static final Duration SUSPICIOUS_INTERVAL = Duration.ofMillis(200);

  private static final int MISSES_TO_CLOSE = 2;
  private static final int ANSWERS_TO_OPEN = 3;

  private final Runnable probe;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean available;

  /** There is one while it is being found out why a call failed. */
  private final AtomicReference<@Nullable CountDownLatch> suspicion = new AtomicReference<>();

  private volatile boolean stopped;
  private String wrong = "not asked yet";
  private int misses;
  private int answers;
  private volatile @Nullable Thread thread;

  /**
   * @param probe throws what is wrong with Redis
   */
  RedisHealth(Runnable probe) {
    this.probe = probe;
  }

  /** Hears of each change; called on the probing thread, must not block. */
  @FunctionalInterface
  public interface Listener {
    void changed(boolean available);
  }

  /** True while Redis takes writes. A false answer means: use PostgreSQL, do not even try. */
  public boolean available() {
    return available;
  }

  /** A call has failed as if nobody were there: the next probe is made at once. */
  void suspect() {
    if (available && suspicion.compareAndSet(null, new CountDownLatch(1))) {
      Thread running = thread;
      if (running != null) {
        LockSupport.unpark(running);
      }
    }
  }

  /**
   * True from a call that failed to the next probe that is answered, or to the last that counts.
   */
  boolean suspected() {
    return suspicion.get() != null;
  }

  /**
   * Waits from a call that failed until it is known whether Redis is gone: until the next probe is
   * answered, or the second has been missed and all listeners have heard of it, some 700 ms at
   * most. Returns at once when no call has failed.
   *
   * @param atMost how long to wait, whatever comes of it
   */
  public void awaitVerdict(Duration atMost) throws InterruptedException {
    CountDownLatch verdict = suspicion.get();
    if (verdict != null) {
      var unused = verdict.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void endSuspicion() {
    CountDownLatch verdict = suspicion.getAndSet(null);
    if (verdict != null) {
      verdict.countDown();
    }
  }

  /** Tells it of each change from now on, until {@link #forget}. */
  public void onChange(Listener listener) {
    listeners.add(listener);
  }

  /** Tells it no more; one that was never told stays so. */
  public void forget(Listener listener) {
    listeners.remove(listener);
  }

  /** The first probe happens before this returns, so that a healthy start begins with Redis. */
  void start() {
    available = succeeds();
    if (!available) {
      warn();
    }
    thread = Thread.ofPlatform().name("skein-redis-health").daemon().start(this::run);
  }

  private void run() {
    while (!stopped) {
      boolean soon = available && misses > 0;
      LockSupport.parkNanos((soon ? SUSPICIOUS_INTERVAL : INTERVAL).toNanos());
      if (!stopped) {
        observe(succeeds());
      }
    }
  }

  /** Whatever goes wrong is a miss: nothing may end the thread that watches. */
  private boolean succeeds() {
    try {
      probe.run();
      return true;
    } catch (Throwable e) {
      wrong = e.toString();
      return false;
    }
  }

  private void warn() {
    LOG.atWarn()
        .addKeyValue("reason", wrong)
        .log("Redis cannot be used; PostgreSQL carries everything until it can");
  }

  void observe(boolean answered) {
    misses = answered ? 0 : misses + 1;
    answers = answered ? answers + 1 : 0;
    if (answered) {
      endSuspicion();
    }
    if (available && misses >= MISSES_TO_CLOSE) {
      change(false);
    } else if (!available && answers >= ANSWERS_TO_OPEN) {
      change(true);
    }
  }

  private void change(boolean now) {
    available = now;
    if (now) {
      LOG.info("Redis can be used again");
    } else {
      warn();
    }
    for (Listener listener : listeners) {
      try {
        listener.changed(now);
      } catch (Throwable e) {
        LOG.error("a listener of Redis health failed", e);
      }
    }
    endSuspicion(); // who waited for it finds the gates as they are now
  }

  @Override
  public void close() {
    stopped = true;
    Thread running = thread;
    if (running != null) {
      LockSupport.unpark(running);
    }
  }
}
