package io.skein.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.skein.telemetry.series.BoundedTags;
import java.util.Set;

/**
 * The meters of one process and their Prometheus text. What is registered here once is also counted
 * in every registry that was given, so there is one place to count. Thread safe.
 */
public final class Metrics implements AutoCloseable {
  private static final int MOST_VALUES_OF_A_TAG = 100;
  private static final int MOST_METERS = 1_000;

  /** What of a process itself is worth a series; the JVM's other figures are Prometheus's alone. */
  private static final Set<String> OF_PROCESS = Set.of("process.cpu.usage", "jvm.threads.live");

  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final CompositeMeterRegistry registry = new CompositeMeterRegistry();

  /**
   * @param instance becomes the label of every meter
   * @param also count too, what is Skein's and not all that is the JVM's; before anything counts,
   *     or they would lack what was counted before them
   */
  public Metrics(String instance, MeterRegistry... also) {
    prometheus.config().commonTags("instance_name", instance);
    BoundedTags bounds = new BoundedTags(MOST_VALUES_OF_A_TAG, MOST_METERS);
    registry.config().meterFilter(bounds);
    registry.add(prometheus);
    for (MeterRegistry other : also) {
      other
          .config()
          .meterFilter(
              MeterFilter.denyUnless(
                  id -> id.getName().startsWith("skein.") || OF_PROCESS.contains(id.getName())));
      registry.add(other);
    }
    FunctionCounter.builder("skein.series.bounded", bounds, BoundedTags::replaced)
        .description("meters asked for past the bound of tags, counted as other")
        .register(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  /** Where to count. */
  public MeterRegistry registry() {
    return registry;
  }

  String scrape() {
    return prometheus.scrape();
  }

  @Override
  public void close() {
    registry.close();
    prometheus.close();
  }
}
