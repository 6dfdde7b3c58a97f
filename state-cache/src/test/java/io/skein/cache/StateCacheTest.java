package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.redis.KeySpace;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** Two instances on one Redis. The near caches' clock stands still: nothing goes by its age. */
class StateCacheTest {
  private static final CacheSettings SETTINGS = CacheSettings.defaults();

  private static RedisServer server;

  private final Truth truth = new Truth();
  private final UUID flow = truth.flow();
  private RedisConnections redis;
  private StateCache one;
  private StateCache two;

  @BeforeAll
  static void startServer() {
    server = TestServers.newRedis();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    redis = RedisConnections.open(RedisSettings.of(server.url()), "cache-test");
    one = new StateCache(redis, SETTINGS, () -> 0);
    two = new StateCache(redis, SETTINGS, () -> 0);
    one.start();
    two.start();
    await().until(() -> read(one) != null && isNear(one));
    await().until(() -> read(two) != null && isNear(two));
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
    redis.close();
  }

  @Test
  void one_load_serves_both_instances() {
    assertThat(truth.loads()).isEqualTo(1);
    assertThat(read(one)).isEqualTo(truth.version());
    assertThat(read(two)).isEqualTo(truth.version());
    assertThat(truth.loads()).isEqualTo(1);
    assertThat(two.statistics().loads()).isZero();
    assertThat(two.statistics().redisHits()).isPositive();
  }

  @Test
  void an_announced_version_ends_the_older_state_on_both_levels_of_every_instance() {
    StateVersion second = truth.commit();
    truth.relay(redis, second);
    assertThat(one.get(flow, second.version(), truth::load).orElseThrow().version())
        .isEqualTo(second);
    await().until(() -> read(two).equals(second));
  }

  @Test
  void who_insists_on_a_version_gets_it_before_the_relay_has_told() {
    StateVersion second = truth.commit();
    assertThat(read(one)).isEqualTo(new StateVersion(1, 1));
    assertThat(one.get(flow, 2, truth::load).orElseThrow().version()).isEqualTo(second);
    assertThat(two.get(flow, 2, truth::load).orElseThrow().version()).isEqualTo(second);
    assertThat(one.get(flow, 99, truth::load).orElseThrow().version())
        .as("what nobody has committed is answered with the truth")
        .isEqualTo(second);
  }

  @Test
  void a_fill_that_was_overtaken_by_a_newer_version_is_refused() throws Exception {
    delayedLoad(() -> truth.relay(redis, truth.commit()));
    assertThat(redis.jedis().hget(key(), KeySpace.STATE_DATA)).isNull();
    assertThat(redis.jedis().hget(key(), KeySpace.STATE_VERSION)).isEqualTo("2");
    assertThat(one.statistics().refusedFills()).isEqualTo(1);
    await().until(() -> read(one).version() == 2);
    assertThat(read(two).version()).isEqualTo(2);
  }

  @Test
  void a_fill_that_was_delayed_over_flushall_leaves_only_a_tombstone() throws Exception {
    delayedLoad(() -> {
      truth.relay(redis, truth.commit());
      server.flush();
    });
    Map<String, String> left = redis.jedis().hgetAll(key());
    assertThat(left).containsOnlyKeys(KeySpace.STATE_EPOCH, KeySpace.STATE_VERSION);
    StateCache third = new StateCache(redis, SETTINGS, () -> 0);
    assertThat(read(third).version()).isEqualTo(2);
  }

  @Test
  void a_redis_that_went_back_does_not_take_an_instance_back() {
    truth.relay(redis, truth.commit());
    await().until(() -> read(one).version() == 2);
    redis
        .jedis()
        .hset(
            key(),
            Map.of(
                KeySpace.STATE_EPOCH,
                "1",
                KeySpace.STATE_VERSION,
                "1",
                KeySpace.STATE_DATA,
                "old"));
    cutSubscriptions();
    assertThat(read(one).version()).isEqualTo(2);
  }

  @Test
  void near_entries_do_not_count_once_the_subscription_was_lost() {
    StateVersion second = truth.commit();
    cutSubscriptions();
    truth.relay(redis, second);
    await().until(() -> read(one).equals(second));
    await().until(() -> read(two).equals(second));
    await().until(() -> isNear(one));
  }

  @Test
  void a_later_epoch_is_newer_whatever_its_version() {
    for (int i = 0; i < 5; i++) {
      truth.relay(redis, truth.commit());
    }
    await().until(() -> read(one).version() == 6);
    truth.renewEpoch();
    truth.relay(redis, truth.version());
    await().until(() -> read(one).equals(new StateVersion(2, 1)));
    assertThat(read(two)).isEqualTo(new StateVersion(2, 1));
  }

  @Test
  void an_unknown_flow_is_empty_and_holds_nobody_up() {
    UUID unknown = UUID.randomUUID();
    for (int i = 0; i < 3; i++) {
      assertThat(one.get(unknown, 0, truth::load)).isEmpty();
    }
    assertThat(redis.jedis().exists(redis.keys().flowState(unknown))).isFalse();
  }

  @Test
  void a_failing_load_reaches_the_reader_and_gives_its_lease_back() {
    server.flush();
    StateCache fresh = new StateCache(redis, SETTINGS, () -> 0);
    assertThatThrownBy(() ->
            fresh.get(
                flow,
                0,
                id -> {
                  throw new IllegalStateException("PostgreSQL said no");
                }))
        .hasMessage("PostgreSQL said no");
    assertThat(redis.jedis().exists(key())).isFalse();
  }

  @Test
  void many_misses_at_once_are_one_load() throws Exception {
    server.flush();
    StateCache cold = new StateCache(redis, SETTINGS, () -> 0);
    StateCache alsoCold = new StateCache(redis, SETTINGS, () -> 0);
    int before = truth.loads();
    StateLoader slow =
        id -> {
          sleep(50);
          return truth.load(id);
        };
    List<Callable<StateVersion>> reads = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      StateCache cache = i % 2 == 0 ? cold : alsoCold;
      reads.add(() -> cache.get(flow, 0, slow).orElseThrow().version());
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<StateVersion> read : executor.invokeAll(reads)) {
        assertThat(read.get()).isEqualTo(truth.version());
      }
    }
    assertThat(truth.loads() - before).isEqualTo(1);
  }

  @Test
  void an_instance_that_dies_while_loading_holds_the_others_up_for_a_moment_only() {
    server.flush();
    new RedisStates(redis)
        .lease(flow, "dead", Duration.ofSeconds(30), new Demand(StateVersion.NONE, 0));
    StateCache other = new StateCache(redis, SETTINGS, () -> 0);
    long begin = System.nanoTime();
    assertThat(read(other)).isEqualTo(truth.version());
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
  }

  /** Readers that stay on one instance never go back, and all see the last version in the end. */
  @Test
  void nobody_goes_back_while_versions_flushes_and_lost_connections_come_at_random()
      throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    List<Callable<Long>> work = new ArrayList<>();
    for (StateCache cache : List.of(one, two, one, two)) {
      work.add(() -> readForwards(cache, writing));
    }
    work.add(() -> {
      for (int i = 0; i < 1500; i++) {
        StateVersion version = truth.commit();
        switch (ThreadLocalRandom.current().nextInt(60)) {
          case 0, 1, 2 -> server.flush();
          case 3 -> cutSubscriptions();
          case 4 -> redis.jedis().publish(redis.keys().flowVersions(), "nonsense");
          default -> Thread.yield();
        }
        truth.relay(redis, version);
      }
      writing.set(false);
      return truth.version().version();
    });
    try (ExecutorService executor = Executors.newFixedThreadPool(work.size())) {
      for (Future<Long> one : executor.invokeAll(work)) {
        assertThat(one.get()).isPositive();
      }
    }
    await().until(() -> read(one).equals(truth.version()) && read(two).equals(truth.version()));
  }

  private long readForwards(StateCache cache, AtomicBoolean writing) {
    StateVersion highest = StateVersion.NONE;
    long reads = 0;
    while (writing.get()) {
      VersionedState state =
          cache
              .get(
                  flow,
                  0,
                  id -> {
                    sleep(ThreadLocalRandom.current().nextInt(3));
                    var loaded = truth.load(id);
                    sleep(ThreadLocalRandom.current().nextInt(3));
                    return loaded;
                  })
              .orElseThrow();
      assertThat(state.version()).isGreaterThanOrEqualTo(highest);
      assertThat(new String(state.data(), UTF_8)).isEqualTo("state " + state.version());
      highest = state.version();
      reads++;
    }
    return reads;
  }

  /** An old state is loaded, then the rest happens, then its fill arrives. */
  private void delayedLoad(Runnable meanwhile) throws Exception {
    server.flush();
    redis.jedis().del(key());
    CountDownLatch loaded = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    one.close();
    one = new StateCache(redis, SETTINGS, () -> 0);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reading =
          executor.submit(() ->
              one.get(
                  flow,
                  0,
                  id -> {
                    var old = truth.load(id);
                    loaded.countDown();
                    awaitQuietly(proceed);
                    return old;
                  }));
      loaded.await();
      meanwhile.run();
      proceed.countDown();
      reading.get();
    }
  }

  private void cutSubscriptions() {
    try (Jedis killer = redis.openSubscriber()) {
      killer.clientKill(new ClientKillParams().type(ClientType.PUBSUB));
    }
  }

  private StateVersion read(StateCache cache) {
    return cache.get(flow, 0, truth::load).orElseThrow().version();
  }

  private boolean isNear(StateCache cache) {
    long before = cache.statistics().nearHits();
    read(cache);
    return cache.statistics().nearHits() > before;
  }

  private String key() {
    return redis.keys().flowState(flow);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The time a slow load takes. */
  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
