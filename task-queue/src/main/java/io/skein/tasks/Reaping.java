package io.skein.tasks;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for lost workers, once per interval, and again soon after a look that found one whose lock
 * was free. On a thread of its own: how soon their tasks run again must not depend on how long
 * other upkeep takes.
 */
final class Reaping implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Reaping.class);

  /** Longer than a living worker needs to replace a cut connection. */
  private static final Duration SECOND_LOOK = Duration.ofMillis(500);

  private final StalledTaskReaper reaper;
  private final Reach reach;
  private final Duration interval;

  Reaping(StalledTaskReaper reaper, Reach reach, Duration interval) {
    this.reaper = reaper;
    this.reach = reach;
    this.interval = interval;
  }

  @Override
  public void run() {
    Duration pause = Duration.ZERO;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(pause);
        pause = look();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        reach.missed(System.nanoTime());
        LOG.warn("looking for lost workers failed; trying again", e);
        pause = interval;
      }
    }
  }

  /** Answers when to look again. */
  private Duration look() throws InterruptedException {
    if (!reach.forWholeLease(System.nanoTime())) {
      reaper.forget();
      return interval;
    }
    boolean suspicion = reaper.reap();
    return suspicion && SECOND_LOOK.compareTo(interval) < 0 ? SECOND_LOOK : interval;
  }
}
