package io.skein.telemetry.series;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.postgres.Database;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The per-minute series of one process: counts in it, writes to Redis, reads what all processes
 * wrote. Thread safe.
 */
public final class Telemetry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final SeriesRegistry registry = new SeriesRegistry();
  private final MinuteLedger ledger;
  private final SeriesWriter writer;
  private final SeriesReader reader;
  private final SeriesRoll roll;
  private final TelemetrySettings settings;
  private final InstantSource clock;
  private final ScheduledThreadPoolExecutor threads =
      new ScheduledThreadPoolExecutor(
          2, Thread.ofPlatform().name("skein-series-", 0).daemon().factory());

  private Telemetry(
      RedisConnections redis,
      Database database,
      String instance,
      TelemetrySettings settings,
      InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    RedisSeries shared = new RedisSeries(redis);
    PostgresSeries kept = new PostgresSeries(database);
    this.ledger = new MinuteLedger(ProcessName.fresh(instance), settings.heldMinutes());
    this.writer = new SeriesWriter(registry, ledger, shared, kept, clock.instant());
    this.reader = new SeriesReader(ledger, shared, kept);
    this.roll = new SeriesRoll(shared, kept, database, instance, settings);
  }

  /**
   * The series of a process, which are not written before {@link #start}.
   *
   * @param instance its name, unique among those that run
   * @param clock says which minute it is
   */
  public static Telemetry open(
      RedisConnections redis,
      Database database,
      String instance,
      TelemetrySettings settings,
      InstantSource clock) {
    return new Telemetry(redis, database, instance, settings, clock);
  }

  /**
   * What is registered here is counted in minutes: counters and timers by what they grow, gauges by
   * a look at each flush.
   */
  public MeterRegistry registry() {
    return registry;
  }

  /** Begins to write. Filters of the registry must be set before. */
  public void start() {
    FunctionCounter.builder("skein.series.lost", ledger, MinuteLedger::lost)
        .description("parts of minutes dropped because neither Redis nor PostgreSQL took them")
        .register(registry);
    long interval = settings.flushInterval().toMillis();
    long toEnd = interval - Math.floorMod(clock.millis(), interval);
    var flushing = threads.scheduleAtFixedRate(this::flush, toEnd, interval, TimeUnit.MILLISECONDS);
    long rolls = settings.rollInterval().toMillis();
    var rolling =
        threads.scheduleWithFixedDelay(this::roll, rolls / 4, rolls, TimeUnit.MILLISECONDS);
    LOG.debug("series started flushing={} rolling={}", flushing, rolling);
  }

  /**
   * The figures of all instances for some names, from Redis in one round trip.
   *
   * @param minutes up to now, the present one included; at most a day
   */
  public SeriesAnswer read(Set<String> names, int minutes) {
    return reader.read(names, minutes, clock.instant());
  }

  /** The names under which any instance counted lately. */
  public Set<String> names() {
    return reader.names(clock.instant());
  }

  /** Writes what was counted since the last flush. */
  @Override
  public void close() throws InterruptedException {
    threads.shutdownNow();
    if (!threads.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("a flush of figures does not end; what was counted since it began is lost");
      return;
    }
    writer.finish(clock.instant());
    roll.resign();
    registry.close();
  }

  void flush() {
    try {
      writer.tick(clock.instant());
    } catch (RuntimeException | Error e) {
      LOG.error("figures could not be written; they wait for the next flush", e);
    }
  }

  void roll() {
    roll.pass(clock.instant());
  }
}
