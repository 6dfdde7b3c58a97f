package io.skein.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.tasks.Task;
import io.skein.tasks.TaskState;
import io.skein.tasks.WorkerListener;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this process's worker does, as meters. Tagged by type: a worker claims only types that it
 * has handlers for, so there are few. Thread safe.
 */
final class TaskMeters implements WorkerListener {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  private static final Duration LONGEST_RUN = Duration.ofHours(1);

  private final MeterRegistry registry;
  private final Counter reaped;
  private final Counter leftOut;
  private final AtomicInteger abandoned = new AtomicInteger();
  private final Runnable recycle;

  /**
   * @param recycle what to do when the worker is spent
   */
  TaskMeters(MeterRegistry registry, Runnable recycle) {
    this.registry = registry;
    this.recycle = recycle;
    this.reaped =
        Counter.builder("skein.tasks.crashes")
            .description("runs of lost workers that this worker gave back")
            .register(registry);
    this.leftOut =
        Counter.builder("skein.tasks.reactions.left.out")
            .description("ends of runs that were written without the handler's reaction")
            .register(registry);
    registry.gauge("skein.tasks.abandoned.threads", abandoned);
  }

  @Override
  public void claimed(Task task) {
    Instant started = task.startedAt();
    if (started != null) { // else it waits to be alone
      Duration waited = Duration.between(task.runAt(), started);
      timer("skein.tasks.pickup", "from due to claimed", task, LONGEST_WAIT)
          .record(waited.isNegative() ? Duration.ZERO : waited);
    }
  }

  @Override
  public void ran(Task task, Duration time) {
    timer("skein.tasks.run", "time in the handler", task, LONGEST_RUN).record(time);
  }

  @Override
  public void completed(Task task) {
    ended(task, "succeeded");
  }

  @Override
  public void retried(Task task, String error) {
    ended(task, "retried");
  }

  @Override
  public void failed(Task task, TaskState end, String error) {
    ended(task, end.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void reactionLeftOut(Task task, String error) {
    leftOut.increment();
  }

  @Override
  public void handedBack(Task task) {
    ended(task, "handed_back");
  }

  @Override
  public void parked(Task task, String reason) {
    ended(task, "parked");
  }

  @Override
  public void leaseLost(Task task) {
    ended(task, "lease_lost");
  }

  @Override
  public void abandoned(Task task) {
    abandoned.incrementAndGet();
  }

  @Override
  public void reaped(int tasks) {
    reaped.increment(tasks);
  }

  @Override
  public void spent() {
    recycle.run();
  }

  private void ended(Task task, String outcome) {
    Counter.builder("skein.tasks.runs")
        .description("runs that ended, by what came of them")
        .tag("type", task.type())
        .tag("outcome", outcome)
        .register(registry)
        .increment();
  }

  private Timer timer(String name, String description, Task task, Duration longest) {
    return Timer.builder(name)
        .description(description)
        .tag("type", task.type())
        .publishPercentileHistogram()
        .minimumExpectedValue(SHORTEST)
        .maximumExpectedValue(longest)
        .register(registry);
  }
}
