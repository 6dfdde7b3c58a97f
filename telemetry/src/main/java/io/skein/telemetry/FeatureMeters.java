package io.skein.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureGates;
import io.skein.redis.FeatureMode;
import java.util.Locale;
import java.util.function.Predicate;

/** Gauges of each feature's gate and breaker, and how often its mode has changed. */
final class FeatureMeters {
  private FeatureMeters() {}

  static void register(MeterRegistry registry, FeatureGates gates) {
    for (FeatureGate gate : gates.all()) {
      String feature = gate.feature().label();
      gauge("skein.feature.redis", gate, FeatureGate::open)
          .description("1 while Redis carries the feature, 0 while its fallback does")
          .register(registry);
      gauge("skein.feature.enabled", gate, FeatureGate::enabled)
          .description("the feature's flag on this instance")
          .register(registry);
      gauge("skein.feature.breaker.open", gate, FeatureGate::breakerOpen)
          .description("1 while the feature's breaker refuses calls of Redis")
          .register(registry);
      for (FeatureMode mode : FeatureMode.values()) {
        counter(registry, feature, mode); // there from the start, so that a rate sees the first
      }
      gate.onChange(mode -> counter(registry, feature, mode).increment());
    }
  }

  private static Gauge.Builder<FeatureGate> gauge(
      String name, FeatureGate gate, Predicate<FeatureGate> holds) {
    return Gauge.builder(name, gate, of -> holds.test(of) ? 1 : 0)
        .tag("feature", gate.feature().label());
  }

  private static Counter counter(MeterRegistry registry, String feature, FeatureMode mode) {
    return Counter.builder("skein.feature.changes")
        .description("changes to this mode")
        .tag("feature", feature)
        .tag("mode", mode.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
