package io.skein.events;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares positions from time to time. A lost message shows when the next one arrives; the loss of
 * a stream's last message shows only here. While the feed is cut off this is the whole delivery.
 */
final class PositionChecks {
  private static final Logger LOG = LoggerFactory.getLogger(PositionChecks.class);

  private final EventFeed feed;
  private final EpochWatch epoch;
  private final EventSettings settings;

  /** Two threads: a Redis that hangs must not hold up the question to PostgreSQL. */
  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("skein-position-checks-", 0).daemon().factory());

  private long askedPostgresAt = System.nanoTime();
  private boolean epochChanged;

  PositionChecks(EventFeed feed, EpochWatch epoch, EventSettings settings) {
    this.feed = feed;
    this.epoch = epoch;
    this.settings = settings;
  }

  void start() {
    scheduleRedis();
    long interval =
        Math.min(
            settings.fallbackInterval().toMillis(), settings.postgresCheckInterval().toMillis());
    clock.scheduleWithFixedDelay(
        () -> reporting(this::askPostgres), interval, interval, TimeUnit.MILLISECONDS);
  }

  void stop() throws InterruptedException {
    clock.shutdownNow();
    clock.awaitTermination(5, TimeUnit.SECONDS);
  }

  /** A quarter earlier or later by chance, so that instances do not ask in step. */
  private void scheduleRedis() {
    double factor = 0.75 + ThreadLocalRandom.current().nextDouble() / 2;
    long delay = Math.round(settings.redisCheckInterval().toMillis() * factor);
    try {
      clock.schedule(
          () -> {
            reporting(feed::compareWithRedis);
            scheduleRedis();
          },
          delay,
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("stopped", e);
    }
  }

  private void askPostgres() {
    Duration age = Duration.ofNanos(System.nanoTime() - askedPostgresAt);
    epochChanged |= epoch.changed();
    if (epochChanged || !feed.live() || age.compareTo(settings.postgresCheckInterval()) >= 0) {
      feed.compareWithPostgres();
      epochChanged = false;
      askedPostgresAt = System.nanoTime();
    }
  }

  private static void reporting(Runnable check) {
    try {
      check.run();
    } catch (RedisAwayException e) {
      LOG.debug("positions could not be compared with Redis", e);
    } catch (Throwable e) {
      LOG.warn("positions could not be compared; it is tried again", e);
    }
  }
}
