package io.skein.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.Optional;
import java.util.UUID;

/**
 * States held in this process. An entry counts only while the subscription that was up when its
 * read began is still up: any message about it since has then been heard. Thread safe.
 */
final class NearCache {
  private static final int OVERHEAD_BYTES = 200;

  private final Cache<UUID, Entry> entries;

  NearCache(CacheSettings.Near settings, Ticker ticker) {
    entries =
        Caffeine.newBuilder()
            .maximumWeight(settings.bytes())
            .weigher((UUID flow, Entry entry) -> entry.state.data().length + OVERHEAD_BYTES)
            .expireAfterWrite(settings.timeToLive())
            .ticker(ticker)
            .build();
  }

  Optional<VersionedState> find(UUID flow, long subscription) {
    Entry entry = entries.getIfPresent(flow);
    return entry == null
            || subscription == RedisVersionFeed.DOWN
            || entry.subscription != subscription
        ? Optional.empty()
        : Optional.of(entry.state);
  }

  /** An older state may replace a newer one here; the reader's {@link Demand} refuses it then. */
  void put(UUID flow, VersionedState state, long subscription) {
    if (subscription != RedisVersionFeed.DOWN) {
      entries.put(flow, new Entry(state, subscription));
    }
  }

  private record Entry(VersionedState state, long subscription) {}
}
