package io.skein.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisConnections;
import java.util.Optional;

/**
 * What this process holds of the states and has heard of their versions. What it holds counts only
 * while the gate and the subscription are those of the time when it was read. Thread safe.
 */
final class NearStates<V> {
  private final FeatureGate gate;
  private final NearCache<V> held;
  private final SeenVersions seen;
  private final RedisVersionFeed feed;

  NearStates(
      RedisConnections redis,
      FeatureGate gate,
      String kind,
      CacheSettings.Near settings,
      SeenVersions seen,
      Ticker ticker,
      Counts.Level counts) {
    this.gate = gate;
    this.held = new NearCache<>(settings, ticker, counts);
    this.seen = seen;
    this.feed = new RedisVersionFeed(redis, kind, seen::raise, held::forget);
  }

  /** Begins to listen; until then nothing that is held counts. */
  void start() {
    feed.start();
  }

  void stop() {
    feed.stop();
  }

  /** What a reader accepts who insists on this version. */
  Demand demand(String id, long minVersion) {
    return new Demand(seen.of(id), minVersion);
  }

  /** What is held and meets the demand; counts how it went. */
  Optional<Entry<V>> find(String id, Demand demand) {
    return held.find(id, subscription(), demand);
  }

  /**
   * Holds what was read.
   *
   * @param subscription {@link #subscription} from before the read
   */
  void keep(String id, Entry<V> entry, long subscription) {
    held.put(id, entry, subscription);
  }

  void forget(String id) {
    held.forget(id);
  }

  /** A version is known to be committed: nothing older is answered here from now on. */
  void raise(String id, StateVersion version) {
    seen.raise(id, version);
  }

  /** PostgreSQL's epoch: nothing of an earlier one is answered here from now on. */
  void raiseEpoch(long epoch) {
    seen.raiseEpoch(epoch);
  }

  /** A number for this life of both the gate and the subscription, never used again. */
  long subscription() {
    long opening = gate.opening();
    long heard = feed.subscription();
    boolean down = opening == FeatureGate.CLOSED || heard == RedisVersionFeed.DOWN;
    return down ? RedisVersionFeed.DOWN : (opening << Integer.SIZE) + heard;
  }
}
