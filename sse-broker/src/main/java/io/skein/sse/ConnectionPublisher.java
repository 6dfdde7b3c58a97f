package io.skein.sse;

import io.skein.events.StreamId;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is served here to Redis: compares it with what was written last, so nothing is queued
 * and a failed write is made good by the next. Belongs to the registry's thread.
 */
final class ConnectionPublisher {
  /** So often an instance's entries are renewed; a third of their life. */
  static final Duration RENEWAL = Duration.ofSeconds(5);

  /** An instance that died is forgotten after this time. */
  static final Duration LIFE = RENEWAL.multipliedBy(3);

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionPublisher.class);

  private final ServedStreams served;
  private final RedisRegistry redis;
  private Map<String, Connection> written = Map.of();
  private Map<StreamId, Integer> writtenWatchers = Map.of();
  private boolean lost = true;
  private long changesSeen = -1;
  private long renewedAt;

  ConnectionPublisher(ServedStreams served, RedisRegistry redis) {
    this.served = served;
    this.redis = redis;
  }

  /**
   * Writes what has changed, or renews what has not when it is time.
   *
   * @param nanos a monotonic clock's time
   */
  void publish(long nanos) {
    long changes = served.changes();
    boolean renewing = lost || nanos - renewedAt >= RENEWAL.toNanos();
    if (changes == changesSeen && !renewing) {
      return;
    }
    if (!redis.available()) {
      lost = true;
      return;
    }
    try {
      write(served.connections(), renewing);
      changesSeen = changes;
      renewedAt = renewing ? nanos : renewedAt;
    } catch (RedisAwayException e) {
      lost = true;
      LOG.debug("connections could not be written; they are written anew", e);
    }
  }

  private void write(Collection<Connection> connections, boolean renewing) {
    Map<String, Connection> now = new HashMap<>();
    connections.forEach(connection -> now.put(connection.id(), connection));
    if (lost || !redis.change(missing(written, now), values(missing(now, written), now))) {
      lost = !redis.rewrite(now.values());
    }
    written = now;
    Map<StreamId, Integer> watchers = watchers(connections);
    Map<StreamId, Integer> due = new HashMap<>();
    writtenWatchers.keySet().forEach(flow -> due.put(flow, 0));
    due.putAll(watchers);
    if (!renewing) {
      due.entrySet()
          .removeIf(entry -> entry.getValue().equals(writtenWatchers.get(entry.getKey())));
    }
    redis.watchers(due);
    writtenWatchers = watchers;
  }

  /** Removes everything of this instance. */
  void withdraw() {
    if (!redis.available()) {
      return;
    }
    try {
      redis.remove();
      Map<StreamId, Integer> none = new HashMap<>();
      writtenWatchers.keySet().forEach(flow -> none.put(flow, 0));
      redis.watchers(none);
    } catch (RedisAwayException e) {
      LOG.debug("connections could not be removed; they expire", e);
    }
  }

  private static Set<String> missing(Map<String, Connection> of, Map<String, Connection> in) {
    Set<String> ids = new HashSet<>(of.keySet());
    ids.removeAll(in.keySet());
    return ids;
  }

  private static List<Connection> values(Set<String> ids, Map<String, Connection> of) {
    List<Connection> values = new ArrayList<>();
    of.forEach((id, connection) -> {
      if (ids.contains(id)) {
        values.add(connection);
      }
    });
    return values;
  }

  private static Map<StreamId, Integer> watchers(Collection<Connection> connections) {
    Map<StreamId, Integer> counts = new HashMap<>();
    connections.forEach(
        connection -> connection.flows().forEach(flow -> counts.merge(flow, 1, Integer::sum)));
    return counts;
  }
}
