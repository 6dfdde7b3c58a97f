package io.skein.events;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is repeated on a thread of its own, at an interval and whenever it is asked for; one
 * pass that fails is made good by the next. Thread safe.
 */
final class Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Duty.class);
  private static final long STOP_SECONDS = 5;

  private final String name;
  private final Duration interval;
  private final Pass pass;
  private final Runnable atEnd;
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean stopped;
  private @Nullable Thread thread;

  /** One pass; what it throws is logged. */
  @FunctionalInterface
  interface Pass {
    /**
     * @param asked whether it was asked for, and not only due
     */
    void make(boolean asked) throws InterruptedException;
  }

  /**
   * @param name of the thread
   * @param atEnd gives up what is held, after the last pass
   */
  Duty(String name, Duration interval, Pass pass, Runnable atEnd) {
    this.name = name;
    this.interval = interval;
    this.pass = pass;
    this.atEnd = atEnd;
  }

  void start() {
    thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /** Makes a pass now instead of at the next interval; never blocks. */
  void soon() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  /** Waits at most 5 s for the pass under way. */
  void stop() throws InterruptedException {
    stopped = true;
    wake.release();
    Thread running = thread;
    if (running != null) {
      running.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
    }
  }

  boolean stopped() {
    return stopped;
  }

  private void run() {
    try {
      while (!stopped) {
        boolean asked = wake.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS);
        wake.drainPermits();
        if (!stopped) {
          makePass(asked);
        }
      }
      atEnd.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("duty", name)
          .setCause(e)
          .log("a duty could not give up what it leads; the lease runs out");
    }
  }

  private void makePass(boolean asked) throws InterruptedException {
    try {
      pass.make(asked);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      LOG.atWarn()
          .addKeyValue("duty", name)
          .setCause(e)
          .log("a pass of a duty failed; the next one repeats it");
    }
  }
}
