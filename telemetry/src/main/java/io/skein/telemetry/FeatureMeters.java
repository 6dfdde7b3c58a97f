package io.skein.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureGates;
import io.skein.redis.FeatureMode;
import java.util.Locale;

/** Where each feature goes, as meters: a fallback is never silent. */
public final class FeatureMeters {
  private FeatureMeters() {}

  /** {@code skein.feature.redis} is 1 while a feature goes to Redis and 0 while it does not. */
  public static void register(MeterRegistry registry, FeatureGates gates) {
    for (FeatureGate gate : gates.all()) {
      String feature = gate.feature().label();
      Gauge.builder("skein.feature.redis", gate, each -> each.open() ? 1 : 0)
          .description("whether the feature goes to Redis; 0 while its fallback carries it")
          .tag("feature", feature)
          .register(registry);
      gate.onChange(mode -> changes(registry, feature, mode).increment());
    }
  }

  private static Counter changes(MeterRegistry registry, String feature, FeatureMode mode) {
    return Counter.builder("skein.feature.changes")
        .description("changes of a feature's mode, by the mode that it took")
        .tag("feature", feature)
        .tag("mode", mode.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
