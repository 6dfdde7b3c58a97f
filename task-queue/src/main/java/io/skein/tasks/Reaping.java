package io.skein.tasks;

import java.time.Duration;

/**
 * Looks for lost workers, once per interval, and again soon after a look that found one whose lock
 * was free. On a thread of its own: how soon their tasks run again must not depend on how long
 * other upkeep takes.
 */
final class Reaping implements RunUntilStopped.Round {
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
  public void run() throws InterruptedException {
    Thread.sleep(look());
  }

  @Override
  public void failed() {
    reach.missed(System.nanoTime());
  }

  /** Answers when to look again. */
  private Duration look() {
    if (!reach.forWholeLease(System.nanoTime())) {
      reaper.forget();
      return interval;
    }
    boolean suspicion = reaper.reap();
    return suspicion && SECOND_LOOK.compareTo(interval) < 0 ? SECOND_LOOK : interval;
  }
}
