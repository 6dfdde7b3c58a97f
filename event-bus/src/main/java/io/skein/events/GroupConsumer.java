package io.skein.events;

import io.skein.postgres.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's part in a consumer group: virtual threads that take turns while there is work, are
 * woken by the feed, and look for themselves every {@link EventSettings#fallbackInterval()}. Thread
 * safe.
 */
public final class GroupConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupConsumer.class);
  private static final int MOST_AT_ONCE = 64;
  private static final long STOP_SECONDS = 10;

  private final GroupStep step;
  private final EventSettings settings;
  private final Semaphore wake = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private final PlacedSignals.Listening listening;
  private final int atOnce;
  private volatile boolean stopped;

  private GroupConsumer(
      GroupStep step, int atOnce, PlacedSignals signals, String tenant, EventSettings settings) {
    this.step = step;
    this.atOnce = atOnce;
    this.settings = settings;
    this.listening = signals.listen(tenant, this::soon);
  }

  static GroupConsumer start(
      GroupRows.Group group,
      GroupHandler handler,
      int atOnce,
      Database database,
      TenantFeed feed,
      PlacedSignals signals,
      String instance,
      EventSettings settings) {
    if (atOnce < 1 || atOnce > MOST_AT_ONCE) {
      throw new IllegalArgumentException("a consumer serves 1 to 64 partitions at once");
    }
    GroupStep step = new GroupStep(group, handler, database, feed, instance);
    GroupConsumer consumer = new GroupConsumer(step, atOnce, signals, group.tenant(), settings);
    for (int i = 0; i < atOnce; i++) {
      consumer.threads.add(
          Thread.ofVirtual().name("skein-group-" + group.name()).start(consumer::run));
    }
    return consumer;
  }

  /** Lets the turns under way end, waiting at most 10 s for each. */
  @Override
  public void close() {
    stopped = true;
    listening.close();
    wake.release(atOnce);
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void soon() {
    wake.release(Math.max(0, atOnce - wake.availablePermits()));
  }

  private void run() {
    try {
      while (!stopped) {
        if (!turn()) {
          var woken =
              wake.tryAcquire(settings.fallbackInterval().toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there may be more to do at once. */
  private boolean turn() {
    try {
      return step.take();
    } catch (Throwable e) {
      LOG.warn("a consumer group's turn failed; it is tried again", e);
      return false;
    }
  }
}
