package io.skein.telemetry;

import io.skein.postgres.FeatureModes;
import io.skein.postgres.InstanceMode;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureGates;
import io.skein.redis.FeatureMode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this process's modes and their changes to PostgreSQL, on a thread of its own. While it is
 * away the latest thousand changes wait; past that the oldest is dropped, the log has it. Thread
 * safe.
 */
final class ModeReports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModeReports.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int MOST_WAITING = 1000;

  private final FeatureModes modes;
  private final String instance;
  private final InstantSource clock;
  private final Map<String, InstanceMode> present =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private final BlockingDeque<InstanceMode> waiting = new LinkedBlockingDeque<>(MOST_WAITING);
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-feature-modes").daemon().factory());
  private List<InstanceMode> written = List.of();

  private ModeReports(FeatureModes modes, String instance, InstantSource clock) {
    this.modes = modes;
    this.instance = instance;
    this.clock = clock;
  }

  static ModeReports start(
      FeatureModes modes, FeatureGates gates, String instance, InstantSource clock) {
    ModeReports reports = new ModeReports(modes, instance, clock);
    for (FeatureGate gate : gates.all()) {
      String feature = gate.feature().label();
      gate.onChange(mode -> reports.changed(feature, mode));
      reports.present.putIfAbsent(feature, reports.mode(feature, gate.mode()));
    }
    var unused =
        reports.writer.scheduleWithFixedDelay(
            reports::write, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return reports;
  }

  List<InstanceMode> present() {
    synchronized (present) {
      return List.copyOf(present.values());
    }
  }

  @Override
  public void close() {
    writer.shutdownNow();
  }

  private void changed(String feature, FeatureMode mode) {
    InstanceMode now = mode(feature, mode);
    present.put(feature, now);
    while (!waiting.offerLast(now)) {
      waiting.pollFirst();
    }
    try {
      writer.execute(this::write);
    } catch (RejectedExecutionException e) {
      LOG.debug("a change of mode while this process stops is only logged", e);
    }
  }

  private InstanceMode mode(String feature, FeatureMode mode) {
    return new InstanceMode(instance, feature, mode.label(), mode.reason(), clock.instant());
  }

  private void write() {
    List<InstanceMode> now = present();
    List<InstanceMode> changes = new ArrayList<>();
    waiting.drainTo(changes);
    if (changes.isEmpty() && now.equals(written)) {
      return;
    }
    try {
      written = modes.write(instance, now, changes) ? now : List.of();
    } catch (RuntimeException | Error e) {
      LOG.debug("the modes of the features could not be written; it is tried again", e);
      Collections.reverse(changes);
      changes.forEach(waiting::offerFirst);
    }
  }
}
