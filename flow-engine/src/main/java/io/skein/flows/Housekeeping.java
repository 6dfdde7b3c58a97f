package io.skein.flows;

import io.skein.events.EventRetention;
import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what nobody will ask for again: uploads whose client went away, idempotency keys past
 * their day, events of flows that ended long ago. One instance does it for all. Thread safe.
 */
public final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final Duration ORPHAN_AGE = Duration.ofHours(1);

  private final FlowEngine engine;
  private final Optional<EventRetention> retention;
  private final Leadership leadership;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-housekeeping").daemon().factory());

  private Housekeeping(
      FlowEngine engine, Optional<EventRetention> retention, Leadership leadership) {
    this.engine = engine;
    this.retention = retention;
    this.leadership = leadership;
  }

  /**
   * Begins to clean every five minutes, whenever this instance leads.
   *
   * @param retention of events; empty to keep them for ever
   */
  public static Housekeeping start(
      FlowEngine engine, Database database, Optional<EventRetention> retention, String instance) {
    Leadership leadership =
        new Leadership(database, "housekeeping", instance, INTERVAL.multipliedBy(2));
    Housekeeping housekeeping = new Housekeeping(engine, retention, leadership);
    housekeeping.clock.scheduleWithFixedDelay(
        housekeeping::clean, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return housekeeping;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void clean() {
    attempt(
        "leadership",
        () -> {
          if (leadership.lead().isPresent()) {
            attempt("uploads", () -> engine.uploads().sweepOrphans(ORPHAN_AGE));
            attempt("idempotency keys", engine::sweepIdempotencyKeys);
            attempt("events", () -> retention.ifPresent(EventRetention::removeExpired));
          }
        });
  }

  /** The failure of one duty must not cost the others. */
  private static void attempt(String duty, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("duty", duty)
          .addKeyValue("again_in", INTERVAL)
          .log("housekeeping failed");
    }
  }
}
