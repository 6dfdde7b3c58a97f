package io.skein.cache;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads states past their soft expiry anew while readers get what is there: one caller over all
 * instances, and only while a place for loads is free. Thread safe.
 */
final class Refreshes<V> {
  private static final Logger LOG = LoggerFactory.getLogger(Refreshes.class);

  private final RedisStates<V> states;
  private final Loader<V> loader;
  private final SeenVersions seen;
  private final Duration lease;
  private final Counts counts;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  Refreshes(
      RedisStates<V> states, Loader<V> loader, SeenVersions seen, Duration lease, Counts counts) {
    this.states = states;
    this.loader = loader;
    this.seen = seen;
    this.lease = lease;
    this.counts = counts;
  }

  /** Begins on a thread of its own, unless it is under way here. */
  void begin(Wanted<V> wanted) {
    if (!stopped && underWay.add(wanted.id())) {
      Thread.ofVirtual().name("skein-cache-refresh").start(() -> run(wanted));
    }
  }

  void stop() {
    stopped = true;
  }

  private void run(Wanted<V> wanted) {
    try {
      refresh(wanted);
    } catch (RedisAwayException | StateUnavailableException e) {
      LOG.debug("a state could not be refreshed: Redis or a place for the load is missing", e);
    } catch (RuntimeException | Error e) {
      LOG.atWarn()
          .addKeyValue("id", wanted.id())
          .setCause(e)
          .log("a state could not be refreshed; its readers will load it");
    } finally {
      underWay.remove(wanted.id());
    }
  }

  private void refresh(Wanted<V> wanted) {
    Demand demand = new Demand(seen.of(wanted.id()), 0);
    LoadTurn<V> turn;
    try {
      turn = states.lease(wanted.id(), UUID.randomUUID().toString(), lease, demand, true);
    } catch (UndecodableException e) {
      return; // the next reader finds it and sees to it
    }
    if (turn instanceof LoadTurn.Granted<V> granted && loader.ifFree(wanted, granted)) {
      counts.refreshes.increment();
    }
  }
}
