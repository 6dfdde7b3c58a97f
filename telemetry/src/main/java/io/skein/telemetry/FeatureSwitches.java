package io.skein.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.skein.postgres.Database;
import io.skein.postgres.FeatureFlag;
import io.skein.postgres.FeatureFlags;
import io.skein.postgres.FeatureModes;
import io.skein.postgres.InstanceMode;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGates;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The features of one process: their gates follow the flags, and each change of a mode is counted
 * and written down for operators. Thread safe.
 */
public final class FeatureSwitches implements AutoCloseable {
  private final FeatureFlags flags;
  private final FeatureModes modes;
  private final ModeReports reports;

  private FeatureSwitches(FeatureFlags flags, FeatureModes modes, ModeReports reports) {
    this.flags = flags;
    this.modes = modes;
    this.reports = reports;
  }

  /**
   * Sets the gates as the flags are now, before this returns, and begins to follow them.
   *
   * @param instance this process's unique name
   * @param initial what holds until an operator says something else
   */
  public static FeatureSwitches start(
      Database database,
      FeatureGates gates,
      String instance,
      Map<Feature, Boolean> initial,
      MeterRegistry registry,
      InstantSource clock) {
    FeatureMeters.register(registry, gates);
    FeatureModes modes = new FeatureModes(database);
    Map<String, Boolean> named = new LinkedHashMap<>();
    initial.forEach((feature, on) -> named.put(feature.label(), on));
    FeatureFlags flags = FeatureFlags.start(database, named, said -> apply(gates, said));
    return new FeatureSwitches(flags, modes, ModeReports.start(modes, gates, instance, clock));
  }

  private static void apply(FeatureGates gates, Map<String, FeatureFlag> flags) {
    Map<Feature, Boolean> on = new EnumMap<>(Feature.class);
    flags.forEach(
        (name, flag) -> Feature.of(name).ifPresent(feature -> on.put(feature, flag.enabled())));
    gates.enable(on);
  }

  /** What operators say of each feature. */
  public FeatureFlags flags() {
    return flags;
  }

  /** Where the features go on all instances. */
  public FeatureModes modes() {
    return modes;
  }

  /** Where the features go here, now. */
  public List<InstanceMode> here() {
    return reports.present();
  }

  @Override
  public void close() {
    flags.close();
    reports.close();
  }
}
