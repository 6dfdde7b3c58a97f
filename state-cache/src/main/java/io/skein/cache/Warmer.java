package io.skein.cache;

import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to Redis what will be read soon: what all instances read most, and what changed last. One
 * at a time, so many a second, and what is there already costs one look. Thread safe.
 */
final class Warmer<K, V> {
  private static final Logger LOG = LoggerFactory.getLogger(Warmer.class);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final FeatureGate gate;
  private final CacheSettings.Warming settings;
  private final StateKind<K, V> kind;
  private final StateSource<K, V> source;
  private final RedisHeat heat;
  private final Trust trust;
  private final Consumer<K> load;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicBoolean underWay = new AtomicBoolean();

  /**
   * @param load reads a state that Redis does not have
   */
  Warmer(
      FeatureGate gate,
      CacheSettings.Warming settings,
      StateKind<K, V> kind,
      StateSource<K, V> source,
      RedisHeat heat,
      Trust trust,
      Consumer<K> load) {
    this.gate = gate;
    this.settings = settings;
    this.kind = kind;
    this.source = source;
    this.heat = heat;
    this.trust = trust;
    this.load = load;
  }

  /** Begins on a thread of its own; false when it is under way. */
  boolean begin() {
    if (!underWay.compareAndSet(false, true)) {
      return false;
    }
    Thread.ofVirtual().name("skein-cache-warming").start(this::run);
    return true;
  }

  boolean underWay() {
    return underWay.get();
  }

  void stop() {
    stopped.countDown();
  }

  private void run() {
    try {
      if (!trusted()) {
        return;
      }
      for (K key : wanted()) {
        if (!trust.given() || pausedTillStopped()) {
          return;
        }
        warm(key);
      }
    } catch (RedisAwayException e) {
      LOG.debug("warming ended early: Redis does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.warn("warming ended early; what is missing is loaded when it is read", e);
    } finally {
      underWay.set(false);
    }
  }

  /** Waits for the moment from which Redis is believed; not while it is away. */
  private boolean trusted() throws InterruptedException {
    while (!trust.given()) {
      if (!gate.open() || stopped.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  private boolean pausedTillStopped() throws InterruptedException {
    long pause = Duration.ofSeconds(1).toNanos() / settings.aSecond();
    return stopped.await(pause, TimeUnit.NANOSECONDS);
  }

  private Set<K> wanted() {
    Set<K> keys = new LinkedHashSet<>();
    heat.hottest(settings.hottest()).forEach(id -> parse(id, keys));
    List<K> recent = settings.recent() == 0 ? List.of() : source.recent(settings.recent());
    keys.addAll(recent);
    return keys;
  }

  private void parse(String id, Set<K> into) {
    try {
      into.add(kind.parse().apply(id));
    } catch (IllegalArgumentException e) {
      LOG.atWarn().addKeyValue("id", id).log("ignoring an id among the hottest that is none");
    }
  }

  private void warm(K key) {
    try {
      load.accept(key);
    } catch (StateUnavailableException e) {
      LOG.debug("a state was not warmed: readers need all places for loads", e);
    }
  }
}
