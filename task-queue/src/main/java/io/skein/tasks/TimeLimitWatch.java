package io.skein.tasks;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the time limits of what runs here: at the soft limit the run is asked to stop, a while
 * later interrupted, at the hard limit given up. Durations are measured by this machine's monotonic
 * clock.
 */
final class TimeLimitWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TimeLimitWatch.class);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ScheduledThreadPoolExecutor timer;
  private final Consumer<Run> giveUp;

  /**
   * @param giveUp what happens at the hard limit; must not block
   */
  TimeLimitWatch(Consumer<Run> giveUp) {
    this.giveUp = giveUp;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("skein-task-limits").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Begins to watch; the answer ends it. */
  Watch watch(Run run) {
    Watch watch = new Watch(run);
    watch.begin();
    return watch;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One run under watch. */
  final class Watch implements AutoCloseable {
    private final Run run;
    private final AtomicReference<@Nullable Future<?>> next = new AtomicReference<>();
    private volatile boolean ended;

    private Watch(Run run) {
      this.run = run;
    }

    private void begin() {
      TimeLimits limits = run.task().limits();
      Duration between = limits.hard().minus(limits.soft());
      Duration half = between.dividedBy(2);
      Duration patience = half.compareTo(PATIENCE) < 0 ? half : PATIENCE;
      after(
          limits.soft(),
          () -> {
            run.askToStop(Run.StopReason.SOFT_LIMIT);
            after(
                patience,
                () -> {
                  run.interrupt();
                  after(between.minus(patience), this::giveUpOnRun);
                });
          });
    }

    /** Until somebody takes it: the machine may have no thread for it at this moment. */
    private void giveUpOnRun() {
      try {
        giveUp.accept(run);
      } catch (RuntimeException | Error e) {
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("task", run.task().id())
            .log("a run past its hard time limit could not be given up; trying again");
        after(AGAIN, this::giveUpOnRun);
      }
    }

    private void after(Duration delay, Runnable step) {
      next.set(timer.schedule(step, delay.toMillis(), TimeUnit.MILLISECONDS));
      if (ended) {
        close();
      }
    }

    @Override
    public void close() {
      ended = true;
      Future<?> pending = next.get();
      if (pending != null) {
        pending.cancel(false);
      }
    }
  }
}
