package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/**
 * Two instances of a cache on one Redis, each with connections of its own. The clock of their near
 * caches and counts stands still until it is moved: nothing goes by its age.
 */
final class TwoInstances implements AutoCloseable {
  static final CacheSettings SETTINGS =
      CacheSettings.defaults().withWarming(new CacheSettings.Warming(10, 10, 1000));

  final RedisServer server;
  final Truth truth = new Truth();
  final UUID flow = truth.flow();
  final RedisConnections redis;
  final StateCache<UUID, String> one;
  final StateCache<UUID, String> two;

  private final RedisConnections redisOfTwo;
  private final AtomicLong nanos = new AtomicLong();
  private final boolean timeGoes;

  TwoInstances(RedisServer server) {
    this(server, SETTINGS, null, Step.Listener.NONE);
  }

  /**
   * @param source asked instead of the truth, or null
   */
  TwoInstances(
      RedisServer server,
      CacheSettings settings,
      @Nullable StateSource<UUID, String> source,
      Step.Listener steps) {
    this(server, settings, source, steps, false);
  }

  /** Two instances whose clock goes. */
  static TwoInstances inRealTime(RedisServer server, Step.Listener steps) {
    return new TwoInstances(server, SETTINGS, null, steps, true);
  }

  private TwoInstances(
      RedisServer server,
      CacheSettings settings,
      @Nullable StateSource<UUID, String> source,
      Step.Listener steps,
      boolean timeGoes) {
    this.server = server;
    this.timeGoes = timeGoes;
    StateSource<UUID, String> asked = source == null ? truth : source;
    redis = RedisConnections.open(RedisSettings.of(server.url()), "cache-one");
    redisOfTwo = RedisConnections.open(RedisSettings.of(server.url()), "cache-two");
    one = new StateCache<>(redis, settings, Truth.KIND, asked, null, surroundings(steps));
    two = new StateCache<>(redisOfTwo, settings, Truth.KIND, asked, null, surroundings(steps));
    awaitTrust(one);
    awaitTrust(two);
  }

  /** Follows the versions; returns when both instances answer from near. */
  TwoInstances follow() {
    one.start();
    two.start();
    await().until(() -> isNear(one));
    await().until(() -> isNear(two));
    return this;
  }

  /** Another instance on the connections of the first; it follows nothing. */
  StateCache<UUID, String> third(StateSource<UUID, String> source) {
    StateCache<UUID, String> third =
        new StateCache<>(
            redis,
            SETTINGS,
            Truth.KIND,
            source,
            () -> () -> true,
            surroundings(Step.Listener.NONE));
    awaitTrust(third);
    return third;
  }

  /** Not for ever: a test may have taken Redis away. */
  private static void awaitTrust(StateCache<UUID, String> cache) {
    if (cache.mode() == FeatureMode.REDIS) {
      await().until(cache::trustsRedis);
    }
  }

  RedisConnections redisOf(StateCache<UUID, String> cache) {
    return cache.equals(one) ? redis : redisOfTwo;
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  StateVersion read(StateCache<UUID, String> cache) {
    return read(cache, 0);
  }

  /** What a reader gets, checked to be the state of its version. */
  StateVersion read(StateCache<UUID, String> cache, long minVersion) {
    Versioned<String> state = cache.get(flow, minVersion).orElseThrow();
    assertThat(state).isEqualTo(Truth.state(state.version()));
    return state.version();
  }

  boolean isNear(StateCache<UUID, String> cache) {
    long before = cache.statistics().near().hits();
    StateVersion unused = read(cache);
    return cache.statistics().near().hits() > before;
  }

  void cutSubscriptions() {
    cut(ClientType.PUBSUB);
  }

  void cut(ClientType connections) {
    try (Jedis killer = redis.connect()) {
      killer.clientKill(new ClientKillParams().type(connections));
    }
  }

  String key() {
    return redis.keys().flowState(flow);
  }

  private StateCache.Surroundings surroundings(Step.Listener steps) {
    return new StateCache.Surroundings(
        timeGoes ? Ticker.systemTicker() : nanos::get,
        () -> Duration.ofNanos(nanos.get()).toMillis(),
        steps);
  }

  @Override
  public void close() {
    one.close();
    two.close();
    redis.close();
    redisOfTwo.close();
  }
}
