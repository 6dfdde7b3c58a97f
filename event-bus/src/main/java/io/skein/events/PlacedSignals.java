package io.skein.events;

import io.skein.redis.KeySpace;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Who in this process is woken when a tenant's feed goes on; one channel per tenant, held while
 * somebody listens. A signal may be lost or come for nothing. Thread safe.
 */
final class PlacedSignals {
  private final RedisFeedConnection connection;
  private final KeySpace keys;
  private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

  PlacedSignals(RedisFeedConnection connection, KeySpace keys) {
    this.connection = connection;
    this.keys = keys;
  }

  /** Whether signals are being received. */
  boolean live() {
    return connection.live();
  }

  /**
   * Begins to listen.
   *
   * @param woken must not block
   */
  Listening listen(String tenant, Runnable woken) {
    listeners.compute(
        tenant,
        (name, present) -> {
          List<Runnable> all = present == null ? new CopyOnWriteArrayList<>() : present;
          all.add(woken);
          if (present == null) {
            connection.subscribe(keys.feedPlaced(name), new Channel(all));
          }
          return all;
        });
    return new Listening(this, tenant, woken);
  }

  private void forget(Listening listening) {
    listeners.computeIfPresent(
        listening.tenant(),
        (name, present) -> {
          present.remove(listening.woken());
          if (!present.isEmpty()) {
            return present;
          }
          connection.unsubscribe(keys.feedPlaced(name));
          return null;
        });
  }

  /** Ends with {@code close}; closing twice changes nothing. */
  record Listening(PlacedSignals signals, String tenant, Runnable woken) implements AutoCloseable {
    @Override
    public void close() {
      signals.forget(this);
    }
  }

  private record Channel(List<Runnable> listeners) implements RedisFeedConnection.Receiver {
    @Override
    public void subscribed() {
      listeners.forEach(Runnable::run);
    }

    @Override
    public void received(byte[] message) {
      listeners.forEach(Runnable::run);
    }
  }
}
