package io.skein.telemetry.series;

import io.micrometer.core.instrument.MeterRegistry;
import io.skein.redis.RedisAwayException;
import io.skein.telemetry.series.MinuteLedger.Keeper;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the meters at an interval and writes what changed: to Redis, or, while its gate is
 * closed, once a minute to PostgreSQL. What could not be written waits in the ledger. Not thread
 * safe.
 */
final class SeriesWriter {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesWriter.class);
  private static final int PARTS_AT_ONCE = 1_000;

  private final MeterRegistry registry;
  private final MinuteLedger ledger;
  private final RedisSeries redis;
  private final PostgresSeries postgres;
  private final Runnable whenLost;
  private final Map<Long, String> hashes = new HashMap<>();
  private Instant last;
  private long minuteInPostgres;
  private boolean away;

  /**
   * @param begin from when on it counts
   * @param whenLost is told that Redis may have lost figures; must not block
   */
  SeriesWriter(
      MeterRegistry registry,
      MinuteLedger ledger,
      RedisSeries redis,
      PostgresSeries postgres,
      Instant begin,
      Runnable whenLost) {
    this.registry = registry;
    this.ledger = ledger;
    this.redis = redis;
    this.postgres = postgres;
    this.last = begin;
    this.whenLost = whenLost;
  }

  /**
   * What was counted since the last time belongs to the minute of that time: the intervals end with
   * the minutes.
   */
  void tick(Instant now) {
    ledger.collect(registry.getMeters(), Minutes.of(last));
    last = now;
    if (!redis.open()) {
      away = true;
      if (Minutes.of(now) != minuteInPostgres) {
        writeToPostgres();
        minuteInPostgres = Minutes.of(now);
      }
    } else if (writeToRedis() && away) {
      away = false;
      whenLost.run();
    }
  }

  /** The last time: what Redis does not take goes to PostgreSQL. */
  void finish(Instant now) {
    ledger.collect(registry.getMeters(), Minutes.of(last));
    last = now;
    if (!redis.open() || !writeToRedis()) {
      writeToPostgres();
    }
  }

  private boolean writeToRedis() {
    try {
      Set<Long> lost = writeWhatWaits();
      if (!lost.isEmpty()) {
        ledger.forgotten(Keeper.REDIS, lost);
        writeWhatWaits();
        whenLost.run();
      }
      return true;
    } catch (RedisAwayException e) {
      LOG.debug("figures wait for Redis", e);
      return false;
    }
  }

  /**
   * Looks at the hashes of all minutes that this process holds, and makes the next.
   *
   * @return the minutes whose hash was lost since the last time
   */
  private Set<Long> writeWhatWaits() {
    Set<Long> looked = ledger.minutes();
    looked.add(Minutes.of(last) + 1);
    Set<Long> lost = new HashSet<>();
    List<Part> waiting = ledger.waitingFor(Keeper.REDIS);
    int from = 0;
    do {
      List<Part> some = waiting.subList(from, Math.min(waiting.size(), from + PARTS_AT_ONCE));
      redis
          .write(some, looked)
          .forEach((minute, hash) -> {
            String before = hashes.put(minute, hash);
            if (before != null && !before.equals(hash)) {
              lost.add(minute);
            }
          });
      ledger.kept(Keeper.REDIS, some);
      from += PARTS_AT_ONCE;
    } while (from < waiting.size());
    hashes.keySet().retainAll(looked);
    return lost;
  }

  private void writeToPostgres() {
    try {
      List<Part> waiting = ledger.waitingFor(Keeper.POSTGRES);
      for (int from = 0; from < waiting.size(); from += PARTS_AT_ONCE) {
        List<Part> some = waiting.subList(from, Math.min(waiting.size(), from + PARTS_AT_ONCE));
        postgres.write(some);
        ledger.kept(Keeper.POSTGRES, some);
      }
    } catch (RuntimeException e) {
      LOG.warn("figures wait for PostgreSQL reason=\"{}\"", e.toString());
    }
  }
}
