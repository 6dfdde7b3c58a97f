package io.skein.sse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The hubs of this instance by what they follow: made for the first watcher, closed after the last
 * one. Thread safe.
 */
final class Hubs<K, P extends Comparable<P>> {
  private final Map<K, Hub<P>> hubs = new ConcurrentHashMap<>();

  Hub<P> join(K key, SseStream watcher, Supplier<Hub<P>> maker) {
    return hubs.compute(
        key,
        (id, present) -> {
          Hub<P> hub = present == null ? maker.get() : present;
          hub.add(watcher);
          return hub;
        });
  }

  void leave(K key, SseStream watcher) {
    hubs.computeIfPresent(
        key,
        (id, hub) -> {
          if (!hub.remove(watcher)) {
            return hub;
          }
          hub.close();
          return null;
        });
  }

  int size() {
    return hubs.size();
  }
}
