package io.skein.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.skein.tasks.QueueDepth;
import io.skein.tasks.Queues;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the queues are, asked of PostgreSQL every ten seconds, not by each scrape. While it does
 * not answer there are no such figures: old ones would say that all is well.
 */
final class QueueMeters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueMeters.class);
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Queues queues;
  private final MultiGauge queued;
  private final MultiGauge oldest;
  private final MultiGauge scheduled;
  private final MultiGauge running;
  private final MultiGauge parked;
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
    this.scheduled = gauge(registry, "skein.queue.scheduled", "tasks that are due later");
    this.running = gauge(registry, "skein.queue.running", "tasks that run");
    this.parked = gauge(registry, "skein.queue.parked", "tasks that no worker can run");
  }

  static QueueMeters start(Queues queues, MeterRegistry registry) {
    QueueMeters meters = new QueueMeters(queues, registry);
    var unused =
        meters.timer.scheduleWithFixedDelay(
            meters::measure, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return meters;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void measure() {
    try {
      show(queues.depths());
    } catch (RuntimeException | Error e) {
      LOG.warn("the depths of the queues are not known", e);
      show(List.of());
    }
  }

  private void show(List<QueueDepth> depths) {
    show(queued, depths, QueueDepth::queued);
    show(oldest, depths, depth -> depth.oldestWait().toMillis() / 1e3);
    show(scheduled, depths, QueueDepth::scheduled);
    show(running, depths, QueueDepth::running);
    show(parked, depths, QueueDepth::parked);
  }

  private static void show(
      MultiGauge gauge, List<QueueDepth> depths, ToDoubleFunction<QueueDepth> figure) {
    gauge.register(
        depths.stream()
            .<MultiGauge.Row<?>>map(depth ->
                MultiGauge.Row.of(Tags.of("queue", depth.queue()), figure.applyAsDouble(depth)))
            .toList(),
        true);
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }
}
