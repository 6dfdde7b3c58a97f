package io.skein.telemetry.series;

import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what all processes wrote to Redis into PostgreSQL, also of those that have died, and
 * removes what is old. One process does it for all. Not thread safe.
 */
final class SeriesRoll {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesRoll.class);

  /** A process that was frozen, or found Redis away, may write minutes that were rolled before. */
  private static final int LATE_MINUTES = 20;

  private static final int DAY = 1_440;
  private static final int MINUTES_AT_ONCE = 20;
  private static final int PARTS_AT_ONCE = 1_000;

  private final RedisSeries redis;
  private final PostgresSeries postgres;
  private final Leadership leadership;
  private final Duration keep;
  private Map<Part.Key, Long> rolled = new HashMap<>();

  SeriesRoll(
      RedisSeries redis,
      PostgresSeries postgres,
      Database database,
      String instance,
      TelemetrySettings settings) {
    this.redis = redis;
    this.postgres = postgres;
    this.leadership =
        new Leadership(database, "metrics roll", instance, settings.rollInterval().multipliedBy(2));
    this.keep = settings.keep();
  }

  void pass(Instant now) {
    try {
      if (redis.open() && leadership.lead().isPresent()) {
        roll(Minutes.of(now));
        postgres.removeOlderThan(keep);
      }
    } catch (RedisAwayException e) {
      LOG.debug("figures are rolled when Redis answers again", e);
    } catch (RuntimeException e) {
      LOG.warn("figures could not be rolled reason=\"{}\"", e.toString());
    }
  }

  /** Another process goes on. */
  void resign() {
    try {
      leadership.resign();
    } catch (RuntimeException e) {
      LOG.debug("the lease runs out by itself", e);
    }
  }

  private void roll(long to) {
    long from = Math.max(Math.min(postgres.latest(), to) - LATE_MINUTES, to - DAY + 1);
    rolled.keySet().removeIf(key -> key.minute() < from);
    Map<Part.Key, Long> now = new HashMap<>();
    for (long first = from; first <= to; first += MINUTES_AT_ONCE) {
      List<Part> parts = redis.readAll(first, Math.min(to, first + MINUTES_AT_ONCE - 1));
      List<Part> changed =
          parts.stream()
              .filter(part -> rolled.getOrDefault(part.key(), -1L) < part.flush())
              .toList();
      for (int at = 0; at < changed.size(); at += PARTS_AT_ONCE) {
        postgres.write(changed.subList(at, Math.min(changed.size(), at + PARTS_AT_ONCE)));
      }
      parts.forEach(part -> now.put(part.key(), part.flush()));
    }
    restore(now.keySet());
    rolled = now;
  }

  /** What Redis had at the last roll and has lost since, of processes that may be dead. */
  private void restore(Set<Part.Key> there) {
    Set<Part.Key> lost =
        rolled.keySet().stream()
            .filter(key -> !there.contains(key))
            .collect(Collectors.toUnmodifiableSet());
    LongSummaryStatistics minutes = lost.stream().mapToLong(Part.Key::minute).summaryStatistics();
    Set<String> names = lost.stream().map(Part.Key::name).collect(Collectors.toUnmodifiableSet());
    if (!lost.isEmpty()) {
      redis.write(
          postgres.read(names, minutes.getMin(), minutes.getMax()).parts().stream()
              .filter(part -> lost.contains(part.key()))
              .toList());
      LOG.info("Redis had lost figures and has them again parts={}", lost.size());
    }
  }
}
