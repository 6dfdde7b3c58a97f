package io.skein.cache;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** How long a state stays in Redis: the longer the more it is read. Thread safe. */
final class LifeByHeat {
  private static final double JITTER = 0.1;

  private final CacheSettings.Life settings;
  private final AccessCounts counts;
  private final Supplier<? extends RandomGenerator> random;

  LifeByHeat(
      CacheSettings.Life settings,
      AccessCounts counts,
      Supplier<? extends RandomGenerator> random) {
    this.settings = settings;
    this.counts = counts;
    this.random = random;
  }

  /** Jittered, so that what was loaded together does not end together. */
  RedisStates.Expiry of(String id) {
    return life(base(counts.of(id)), settings.softShare());
  }

  /** Of the knowledge that there is no state: it is not renewed. */
  RedisStates.Expiry ofAbsence() {
    return life(settings.absent(), 1);
  }

  Duration base(double count) {
    if (count > settings.hotOver()) {
      return settings.hot();
    }
    return count > settings.warmOver() ? settings.warm() : settings.cold();
  }

  private RedisStates.Expiry life(Duration base, double softShare) {
    double jittered = base.toMillis() * random.get().nextDouble(1 - JITTER, 1 + JITTER);
    return new RedisStates.Expiry(
        Duration.ofMillis((long) jittered), Duration.ofMillis((long) (jittered * softShare)));
  }
}
