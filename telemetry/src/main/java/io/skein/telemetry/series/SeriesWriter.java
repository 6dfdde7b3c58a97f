package io.skein.telemetry.series;

import io.micrometer.core.instrument.MeterRegistry;
import io.skein.redis.RedisAwayException;
import io.skein.telemetry.series.MinuteLedger.Keeper;
import java.time.Instant;
import java.util.List;
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
  private Instant last;
  private long minuteInPostgres;

  SeriesWriter(
      MeterRegistry registry,
      MinuteLedger ledger,
      RedisSeries redis,
      PostgresSeries postgres,
      Instant begin) {
    this.registry = registry;
    this.ledger = ledger;
    this.redis = redis;
    this.postgres = postgres;
    this.last = begin;
  }

  /**
   * What was counted since the last time belongs to the minute of that time: the intervals end with
   * the minutes.
   */
  void tick(Instant now) {
    ledger.collect(registry.getMeters(), Minutes.of(last));
    last = now;
    if (!redis.open()) {
      if (Minutes.of(now) != minuteInPostgres) {
        writeToPostgres();
        minuteInPostgres = Minutes.of(now);
      }
    } else {
      writeToRedis();
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
      write(Keeper.REDIS, redis);
      if (redis.forgot()) {
        ledger.forgotten(Keeper.REDIS);
        write(Keeper.REDIS, redis);
      }
      return true;
    } catch (RedisAwayException e) {
      LOG.debug("figures wait for Redis", e);
      return false;
    }
  }

  private void writeToPostgres() {
    try {
      write(Keeper.POSTGRES, postgres);
    } catch (RuntimeException e) {
      LOG.warn("figures wait for PostgreSQL reason=\"{}\"", e.toString());
    }
  }

  private void write(Keeper keeper, SeriesStore store) {
    List<Part> waiting = ledger.waitingFor(keeper);
    for (int from = 0; from < waiting.size(); from += PARTS_AT_ONCE) {
      List<Part> some = waiting.subList(from, Math.min(waiting.size(), from + PARTS_AT_ONCE));
      store.write(some);
      ledger.kept(keeper, some);
    }
  }
}
