package io.skein.tasks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What every worker does for all, once per interval, beside {@link Reaping}: promotes due tasks,
 * cancels those that have expired, tells others that they are waited for, puts aside those that
 * nobody knows and takes up those that somebody does, enqueues the ticks of schedules, and forgets
 * what ended long ago. Retries that this worker scheduled are promoted on time, however long the
 * interval is.
 */
final class Upkeep implements RunUntilStopped.Round {
  /** Past it the interval alone promotes. */
  private static final int TIMERS_BOUND = 10_000;

  private final DuePromoter promoter;
  private final Expiry expiry;
  private final NeededTasks needed;
  private final Unparking unparking;
  private final Parking parking;
  private final ScheduleTicks ticks;
  private final Retention retention;
  private final Duration interval;
  private final PriorityQueue<Long> timers = new PriorityQueue<>((a, b) -> Long.signum(a - b));
  private final Map<String, RepeatedFailures> failures = new HashMap<>();
  private long nextPass = System.nanoTime();

  Upkeep(
      DuePromoter promoter,
      Expiry expiry,
      NeededTasks needed,
      Unparking unparking,
      Parking parking,
      ScheduleTicks ticks,
      Retention retention,
      Duration interval) {
    this.promoter = promoter;
    this.expiry = expiry;
    this.needed = needed;
    this.unparking = unparking;
    this.parking = parking;
    this.ticks = ticks;
    this.retention = retention;
    this.interval = interval;
  }

  /** Promotes once more after so long. */
  synchronized void promoteIn(Duration delay) {
    if (timers.size() < TIMERS_BOUND) {
      timers.add(System.nanoTime() + delay.toNanos());
      notifyAll();
    }
  }

  /** Whatever is due by now, but for the retention. */
  void pass() {
    promoter.promote();
    expiry.pass();
    needed.pass();
    unparking.pass();
    parking.pass();
    ticks.pass();
  }

  @Override
  public void run() throws InterruptedException {
    awaitNext();
    attempt("promoting due tasks", promoter::promote);
    if (System.nanoTime() - nextPass >= 0) {
      attempt("cancelling expired tasks", expiry::pass);
      attempt("releasing tasks that wait for others", needed::pass);
      attempt("taking up parked tasks", unparking::pass);
      attempt("parking tasks", parking::pass);
      attempt("ticking schedules", ticks::pass);
      attempt("deleting tasks that ended long ago", retention::pass);
      nextPass = System.nanoTime() + interval.toNanos();
    }
  }

  /** Each by itself: one that keeps failing does not keep the others from being done. */
  private void attempt(String duty, Runnable work) {
    RepeatedFailures row = failures.computeIfAbsent(duty, RepeatedFailures::new);
    try {
      work.run();
      row.succeeded();
    } catch (RuntimeException | Error e) {
      row.failed(e);
    }
  }

  private synchronized void awaitNext() throws InterruptedException {
    while (true) {
      Long timer = timers.peek();
      long next = timer == null || nextPass - timer < 0 ? nextPass : timer;
      long left = next - System.nanoTime();
      if (left <= 0) {
        dropPassedTimers();
        return;
      }
      wait(left / 1_000_000 + 1);
    }
  }

  private void dropPassedTimers() {
    long now = System.nanoTime();
    while (!timers.isEmpty() && timers.peek() - now <= 0) {
      timers.poll();
    }
  }
}
