package io.skein.telemetry.series;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.skein.postgres.Database;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The per-minute series of one process: counts in it, writes to Redis, reads what all processes
 * wrote. Thread safe.
 */
public final class Telemetry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final SeriesRegistry registry;
  private final RedisSeries shared;
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
      InstantSource clock,
      SeriesRegistry registry) {
    this.registry = registry;
    this.settings = settings;
    this.clock = clock;
    this.shared = new RedisSeries(redis, clock);
    PostgresSeries kept = new PostgresSeries(database);
    Instant begin = clock.instant();
    this.ledger = new MinuteLedger(ProcessName.fresh(instance, begin), settings.heldMinutes());
    this.roll = new SeriesRoll(shared, kept, database, instance, settings);
    this.writer = new SeriesWriter(registry, ledger, shared, kept, begin, roll::soon);
    this.reader = new SeriesReader(ledger, shared, kept);
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
    return open(redis, database, instance, settings, clock, new SeriesRegistry());
  }

  /** The series of what is counted in a registry, which may be part of another one. */
  public static Telemetry open(
      RedisConnections redis,
      Database database,
      String instance,
      TelemetrySettings settings,
      InstantSource clock,
      SeriesRegistry registry) {
    return new Telemetry(redis, database, instance, settings, clock, registry);
  }

  /**
   * What is registered here is counted in minutes: counters and timers by what they grow, gauges by
   * a look at each flush.
   */
  public MeterRegistry registry() {
    return registry;
  }

  /**
   * Begins to write. Filters of the registry must be set before.
   *
   * @param shown where it shows what it has lost: where others are counted too, since figures that
   *     nobody takes cannot say so
   */
  public void start(MeterRegistry shown) {
    FunctionCounter.builder("skein.series.lost", ledger, MinuteLedger::lost)
        .description("parts of minutes dropped because neither Redis nor PostgreSQL took them")
        .register(shown);
    long interval = settings.flushInterval().toMillis();
    long toEnd = interval - Math.floorMod(clock.millis(), interval);
    var unused = threads.scheduleAtFixedRate(this::flush, toEnd, interval, TimeUnit.MILLISECONDS);
    var unusedToo =
        threads.scheduleWithFixedDelay(
            this::roll, 2 * interval, 2 * interval, TimeUnit.MILLISECONDS);
  }

  /**
   * The figures of all instances, an hour of them from Redis in one round trip.
   *
   * @param minutes up to now, the present one included; at most a day
   * @throws TooManyFiguresException when the answer would be too large
   */
  public SeriesAnswer read(Collection<SeriesQuestion> questions, int minutes) {
    return reader.read(questions, minutes, clock.instant());
  }

  /** As {@link #read(Collection, int)} for one question. */
  public SeriesAnswer read(SeriesQuestion question, int minutes) {
    return read(List.of(question), minutes);
  }

  /** Whether any process has counted under a name in the days that are kept. */
  public boolean knows(String name) {
    return reader.knows(name, clock.instant());
  }

  /** The tags of a name under which this process counts; empty when it does not. */
  public Optional<Set<String>> tagsOf(String name) {
    return registry.getMeters().stream()
        .filter(meter -> meter.getId().getName().equals(name))
        .map(meter -> meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet()))
        .reduce((one, other) -> {
          one.addAll(other);
          return one;
        });
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
    shared.close();
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
