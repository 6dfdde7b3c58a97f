package io.skein.cache;

import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other instances every 5 s what was read here, and learns what they have read. */
final class HeatExchange {
  private static final Logger LOG = LoggerFactory.getLogger(HeatExchange.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final AccessCounts counts;
  private final RedisHeat heat;
  private final FeatureGate gate;
  private final CountDownLatch stopped = new CountDownLatch(1);

  HeatExchange(AccessCounts counts, RedisHeat heat, FeatureGate gate) {
    this.counts = counts;
    this.heat = heat;
    this.gate = gate;
  }

  void start() {
    Thread.ofPlatform().name("skein-cache-heat").daemon().start(this::run);
  }

  void stop() {
    stopped.countDown();
  }

  private void run() {
    try {
      while (!stopped.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        exchangeSafely();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void exchangeSafely() {
    try {
      exchange();
    } catch (RuntimeException | Error e) {
      LOG.error("counts of reads could not be exchanged; the next ones will be", e);
    }
  }

  /** In one round trip; without Redis each instance goes by its own counts. */
  void exchange() {
    Map<String, Long> taken = counts.takeUntold();
    if (taken.isEmpty()) {
      return;
    }
    if (!gate.open()) {
      counts.keep(taken);
      return;
    }
    try {
      counts.learn(heat.add(taken));
    } catch (RedisAwayException e) {
      LOG.debug("counts of reads could not be told", e);
      counts.keep(taken);
    }
  }
}
