package io.skein.telemetry.series;

import io.micrometer.core.instrument.MeterRegistry;
import io.skein.redis.RedisAwayException;
import io.skein.telemetry.series.MinuteLedger.Keeper;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
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
  private static final int DAY = 1_440;
  private static final long NEVER = Long.MAX_VALUE;

  private final MeterRegistry registry;
  private final MinuteLedger ledger;
  private final RedisSeries redis;
  private final PostgresSeries postgres;
  private final Runnable whenLost;
  private final Map<Long, Visit.Answered> visited = new HashMap<>();
  private Instant last;
  private long minuteInPostgres;
  private long awaySince = NEVER;
  private boolean lost;

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
    long minute = Minutes.of(last);
    ledger.collect(registry.getMeters(), minute);
    last = now;
    if (redis.open()) {
      writeToRedis();
      return;
    }
    // The last flush may have failed; before its first one others counted, and may have gone since.
    awaySince = visited.isEmpty() ? 0 : Math.min(awaySince, minute - 1);
    if (Minutes.of(now) != minuteInPostgres) {
      writeToPostgres();
      minuteInPostgres = Minutes.of(now);
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
      doubtOutage();
      writeWhatWaits();
      if (lost) {
        writeWhatWaits();
        lost = false;
        whenLost.run();
      }
      return true;
    } catch (RedisAwayException e) {
      LOG.debug("figures wait for Redis", e);
      return false;
    }
  }

  /**
   * Hashes that Redis kept from before a long outage lack what was written to PostgreSQL meanwhile,
   * and the ledger holds no longer.
   */
  private void doubtOutage() {
    if (awaySince != NEVER) {
      long present = Minutes.of(last);
      if (present - awaySince >= ledger.mostMinutes()) {
        redis.doubt(Math.max(awaySince, present - DAY + 1), present);
      }
      awaySince = NEVER;
      lost = true;
    }
  }

  /** Looks at the hashes of all minutes that this process holds, and makes the next. */
  private void writeWhatWaits() {
    Set<Long> looked = ledger.minutes();
    looked.add(Minutes.of(last) + 1);
    long flush = ledger.flush();
    List<Part> waiting = ledger.waitingFor(Keeper.REDIS);
    int from = 0;
    do {
      List<Part> some = waiting.subList(from, Math.min(waiting.size(), from + PARTS_AT_ONCE));
      redis
          .write(some, looked, new Visit(ledger.process(), flush, visited))
          .forEach((minute, made) -> answered(minute, new Visit.Answered(flush, made)));
      ledger.kept(Keeper.REDIS, some);
      from += PARTS_AT_ONCE;
    } while (from < waiting.size());
    visited.keySet().retainAll(looked);
  }

  /** What was lost is noted at once: the next write may fail. */
  private void answered(long minute, Visit.Answered now) {
    Visit.Answered before = visited.put(minute, now);
    if (before != null && !before.made().equals(now.made())) {
      ledger.forgotten(Keeper.REDIS, minute);
      lost = true;
    }
  }

  private void writeToPostgres() {
    try {
      List<Part> waiting = ledger.waitingFor(Keeper.POSTGRES);
      for (int from = 0; from < waiting.size(); from += PARTS_AT_ONCE) {
        List<Part> some = waiting.subList(from, Math.min(waiting.size(), from + PARTS_AT_ONCE));
        postgres.write(some);
        ledger.kept(Keeper.POSTGRES, some);
      }
    } catch (JdbiException e) {
      LOG.atWarn().addKeyValue("reason", e.toString()).log("figures wait for PostgreSQL");
    }
  }
}
