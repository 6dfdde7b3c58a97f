package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisAddress;
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
      CacheSettings.defaults()
          .withWarming(new CacheSettings.Warming(10, 10, 1000))
          .withLife(rememberingAbsence());

  private static final Duration LONG = Duration.ofMinutes(1);

  final RedisServer server;
  final Truth truth = new Truth();
  final UUID flow = truth.flow();
  final RedisConnections redis;
  final StateCache<UUID, String> one;
  final StateCache<UUID, String> two;

  private final RedisConnections redisOfTwo;
  private final AtomicLong nanos = new AtomicLong();
  private final boolean timeGoes;

  /** Redis has time: that the machine stands still is not taken for its absence. */
  TwoInstances(RedisServer server) {
    this(server, SETTINGS, null, Step.Listener.NONE);
  }

  /**
   * As the one above.
   *
   * @param source asked instead of the truth, or null
   */
  TwoInstances(
      RedisServer server,
      CacheSettings settings,
      @Nullable StateSource<UUID, String> source,
      Step.Listener steps) {
    this(server, patient(server), settings, source, steps, false);
  }

  /** What is absent stays known for longer than a test takes. */
  private static CacheSettings.Life rememberingAbsence() {
    CacheSettings.Life life = CacheSettings.Life.defaults();
    return new CacheSettings.Life(
        life.cold(),
        life.warm(),
        life.hot(),
        life.warmOver(),
        life.hotOver(),
        life.halfLife(),
        Duration.ofMinutes(1),
        life.softShare());
  }

  /** Two instances that wait for Redis no longer than a process does. */
  static TwoInstances impatient(RedisServer server) {
    return new TwoInstances(
        server, RedisSettings.of(server.url()), SETTINGS, null, Step.Listener.NONE, false);
  }

  /** As {@link #impatient}, and their clock goes. */
  static TwoInstances inRealTime(RedisServer server, Step.Listener steps) {
    return new TwoInstances(server, RedisSettings.of(server.url()), SETTINGS, null, steps, true);
  }

  private static RedisSettings patient(RedisServer server) {
    Duration time = Duration.ofSeconds(5);
    return new RedisSettings(RedisAddress.parse(server.url()), "skein:", time, time);
  }

  private TwoInstances(
      RedisServer server,
      RedisSettings redisSettings,
      CacheSettings settings,
      @Nullable StateSource<UUID, String> source,
      Step.Listener steps,
      boolean timeGoes) {
    this.server = server;
    this.timeGoes = timeGoes;
    StateSource<UUID, String> asked = source == null ? truth : source;
    redis = RedisConnections.open(redisSettings, "cache-one");
    redisOfTwo = RedisConnections.open(redisSettings, "cache-two");
    one = new StateCache<>(redis, settings, Truth.KIND, asked, null, surroundings(steps));
    two = new StateCache<>(redisOfTwo, settings, Truth.KIND, asked, null, surroundings(steps));
    await().atMost(LONG).until(one::trustsRedis);
    await().atMost(LONG).until(two::trustsRedis);
  }

  /** Follows the versions; returns when both instances answer from near. */
  TwoInstances follow() {
    one.start();
    two.start();
    await().atMost(LONG).until(() -> isNear(one));
    await().atMost(LONG).until(() -> isNear(two));
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
    if (third.mode() == FeatureMode.REDIS) { // a test may have taken it away
      await().atMost(LONG).until(third::trustsRedis);
    }
    return third;
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
