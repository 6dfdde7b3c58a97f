package io.skein.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.skein.tasks.QueueStatus;
import io.skein.tasks.Queues;
import io.skein.tasks.TaskState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the queues are, asked of PostgreSQL at an interval, not by each scrape. While it does
 * not answer there are no such figures: old ones would say that all is well.
 */
final class QueueMeters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueMeters.class);

  private final Queues queues;
  private final MultiGauge queued;
  private final MultiGauge oldest;
  private final MultiGauge dead;
  private final Map<TaskState, MultiGauge> others = new EnumMap<>(TaskState.class);
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("skein-queue-meters").daemon().factory());

  private QueueMeters(Queues queues, MeterRegistry registry) {
    this.queues = queues;
    this.queued =
        gauge(registry, "skein.queue.queued", "tasks that may run, 10000 for that many or more");
    this.oldest =
        MultiGauge.builder("skein.queue.oldest.wait")
            .description("how long the task is due that has waited longest")
            .baseUnit("seconds")
            .register(registry);
    this.dead = gauge(registry, "skein.queue.dead", "tasks kept that failed for good");
    others.put(
        TaskState.WAITING, gauge(registry, "skein.queue.waiting", "tasks that wait for others"));
    others.put(
        TaskState.SCHEDULED, gauge(registry, "skein.queue.scheduled", "tasks that are due later"));
    others.put(TaskState.RUNNING, gauge(registry, "skein.queue.running", "tasks that run"));
    others.put(
        TaskState.PARKED, gauge(registry, "skein.queue.parked", "tasks that no worker can run"));
  }

  static QueueMeters start(Queues queues, MeterRegistry registry, Duration every) {
    QueueMeters meters = new QueueMeters(queues, registry);
    var unused =
        meters.timer.scheduleWithFixedDelay(
            meters::measure, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    return meters;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void measure() {
    try {
      show(queues.list());
    } catch (RuntimeException | Error e) {
      LOG.warn("the depths of the queues are not known", e);
      show(List.of());
    }
  }

  private void show(List<QueueStatus> all) {
    show(queued, all, queue -> queue.count(TaskState.QUEUED));
    show(oldest, all, queue -> queue.oldestWait().toMillis() / 1e3);
    show(dead, all, QueueStatus::dead);
    others.forEach((state, gauge) -> show(gauge, all, queue -> queue.count(state)));
  }

  private static void show(
      MultiGauge gauge, List<QueueStatus> all, ToDoubleFunction<QueueStatus> figure) {
    gauge.register(
        all.stream()
            .<MultiGauge.Row<?>>map(queue ->
                MultiGauge.Row.of(Tags.of("queue", queue.queue()), figure.applyAsDouble(queue)))
            .toList(),
        true);
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }
}
