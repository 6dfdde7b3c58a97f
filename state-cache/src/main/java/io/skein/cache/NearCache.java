package io.skein.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.Optional;

/**
 * States held in this process. An entry counts only while the subscription that was up when its
 * read began is still up: any message about it since has then been heard. Thread safe.
 */
final class NearCache<V> {
  private static final int OVERHEAD_BYTES = 200;

  private final Cache<String, Held<V>> held;
  private final Counts.Level counts;

  NearCache(CacheSettings.Near settings, Ticker ticker, Counts.Level counts) {
    this.counts = counts;
    this.held =
        Caffeine.newBuilder()
            .maximumWeight(settings.bytes())
            .weigher((String id, Held<V> entry) -> entry.entry.bytes() + OVERHEAD_BYTES)
            .expireAfterWrite(settings.timeToLive())
            .evictionListener((id, entry, cause) -> {
              if (cause == RemovalCause.SIZE) {
                counts.evictions.increment();
              }
            })
            .ticker(ticker)
            .build();
  }

  /** What is held and meets the demand; counts how it went. */
  Optional<Entry<V>> find(String id, long subscription, Demand demand) {
    Held<V> found = held.getIfPresent(id);
    if (found == null
        || subscription == RedisVersionFeed.DOWN
        || found.subscription != subscription) {
      counts.misses.increment();
      return Optional.empty();
    }
    if (!demand.metBy(found.entry.version())) {
      counts.misses.increment();
      counts.staleRefusals.increment();
      return Optional.empty();
    }
    counts.hits.increment();
    return Optional.of(found.entry);
  }

  /** An older state may replace a newer one here; the reader's {@link Demand} refuses it then. */
  void put(String id, Entry<V> entry, long subscription) {
    if (subscription != RedisVersionFeed.DOWN) {
      held.put(id, new Held<>(entry, subscription));
    }
  }

  void forget(String id) {
    held.invalidate(id);
  }

  private record Held<V>(Entry<V> entry, long subscription) {}
}
