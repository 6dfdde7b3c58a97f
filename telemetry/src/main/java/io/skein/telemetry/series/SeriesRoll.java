package io.skein.telemetry.series;

import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what all processes wrote to Redis into PostgreSQL, also of those that have died, and
 * removes what is old; and back from there what Redis has lost. One process does it for all. Not
 * thread safe, but for {@link #soon}.
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
  private final MinuteRepair repair;
  private final Duration interval;
  private final Duration untilOthersWrote;
  private Map<Part.Key, Long> rolled = new HashMap<>();
  private volatile Instant due = Instant.MIN;

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
    this.repair = new MinuteRepair(redis, postgres, settings.heldMinutes());
    this.interval = settings.rollInterval();
    this.untilOthersWrote = settings.flushInterval().multipliedBy(2);
  }

  /** The next pass is not to wait for its time: Redis has lost something, or has come back. */
  void soon() {
    due = Instant.MIN;
  }

  /** To be called often; most times there is nothing to do. */
  void pass(Instant now) {
    if (now.isBefore(due) && !due.isAfter(now.plus(interval))) { // else the clock was set back
      return;
    }
    due = now.plus(interval);
    try {
      if (!redis.open()) {
        postgres.removeOlderThan(keep); // nobody leads, and all write there
      } else if (leadership.lead().isPresent()) {
        roll(Minutes.of(now));
        if (!repair.pass(Minutes.of(now))) {
          due = now.plus(untilOthersWrote);
        }
        postgres.removeOlderThan(keep);
      }
    } catch (RedisAwayException e) {
      LOG.debug("figures are rolled when Redis answers again", e);
    } catch (JdbiException e) {
      LOG.atWarn().addKeyValue("reason", e.toString()).log("figures wait for PostgreSQL");
    } catch (RuntimeException | Error e) {
      // Whatever it was: a schedule that throws is never run again.
      LOG.error("figures could not be rolled; it is tried again", e);
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
    rolled = now;
    bringLate(to, now);
  }

  /** What processes that found Redis away, and may be dead, wrote to PostgreSQL alone. */
  private void bringLate(long to, Map<Part.Key, Long> there) {
    Map<Part.Key, Long> late = postgres.flushes(to - LATE_MINUTES, to);
    late.entrySet().removeIf(kept -> there.getOrDefault(kept.getKey(), -1L) >= kept.getValue());
    Set<String> names = late.keySet().stream().map(Part.Key::name).collect(Collectors.toSet());
    if (!late.isEmpty()) {
      List<Part> parts = postgres.read(names, to - LATE_MINUTES, to);
      redis.write(parts.stream().filter(part -> late.containsKey(part.key())).toList());
    }
  }
}
