package io.skein.telemetry;

import io.skein.redis.Feature;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Which features are on until an operator says something else: {@code ENABLE_REDIS_…}. */
public final class FeatureSettings {
  private FeatureSettings() {}

  /** Reads {@code ENABLE_REDIS_STATE_CACHE} and so on for every feature; the default is on. */
  public static Map<Feature, Boolean> read(SettingsReader settings) {
    Map<Feature, Boolean> initial = new EnumMap<>(Feature.class);
    for (Feature feature : Feature.values()) {
      String name = "ENABLE_REDIS_" + feature.name();
      initial.put(feature, settings.parsed(name, true, "true or false", FeatureSettings::parse));
    }
    return initial;
  }

  private static boolean parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes", "1" -> true;
      case "false", "off", "no", "0" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }
}
