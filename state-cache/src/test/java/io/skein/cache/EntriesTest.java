package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.KeySpace;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What single entries in Redis may look like. */
@Timeout(60)
class EntriesTest {
  private static final StateVersion FIRST = new StateVersion(1, 1);
  private static RedisServer server;

  private TwoInstances both;

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
    server.flush();
    both = new TwoInstances(server);
    both.read(both.one);
  }

  @AfterEach
  void close() {
    both.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nonsense", "\u0001another build's", "\u0002\u0000\u0000\u0000\u0009x"})
  void dataThatNobodyCanDecodeAreAMissAndReplaced(String data) {
    both.redis.jedis().hset(both.key(), KeySpace.STATE_DATA, data);
    replaced();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ten", "1.5", ""})
  void aVersionThatIsNoNumberIsAMissAndReplaced(String version) {
    both.redis.jedis().hset(both.key(), KeySpace.STATE_VERSION, version);
    replaced();
  }

  @Test
  void aStateWithoutAnEpochIsAMissAndReplaced() {
    both.redis.jedis().hdel(both.key(), KeySpace.STATE_EPOCH);
    replaced();
  }

  @Test
  void oneKeyOfAnotherTypeDoesNotKeepWhatIsLeftOverFromBeingRemoved() {
    both.redis.jedis().set(both.key(), "what is this");
    RedisStates<String> states =
        new RedisStates<>(
            both.redis,
            both.redis.gate(Feature.STATE_CACHE),
            Truth.KIND.name(),
            new Envelope<>(Truth.KIND.codec(), CacheSettings.defaults().sizes()));
    states.forget(both.flow.toString());
    assertThat(both.redis.jedis().exists(both.key())).isFalse();
  }

  @Test
  void aKeyOfAnotherTypeIsAMissAndReplaced() {
    both.redis.jedis().set(both.key(), "what is this");
    replaced();
  }

  private void replaced() {
    assertThat(both.read(both.two)).isEqualTo(FIRST);
    assertThat(both.two.statistics().redis().undecodable()).isEqualTo(1);
    long loads = both.truth.loads();
    assertThat(both.read(both.third(both.truth))).isEqualTo(FIRST);
    assertThat((long) both.truth.loads()).isEqualTo(loads).isEqualTo(2);
  }

  @Test
  void aLargeStateIsCompressedAndComesBackWhole() {
    String large = "state " + "lorem ipsum dolor ".repeat(5_000);
    StateCache<UUID, String> cache = holding(large);
    assertThat(cache.get(both.flow)).hasValue(new Versioned<>(FIRST, large));
    assertThat(both.redis.jedis().hstrlen(both.key(), KeySpace.STATE_DATA)).isLessThan(2_000);
    assertThat(cache.get(both.flow)).hasValue(new Versioned<>(FIRST, large));
    assertThat(cache.statistics().redis().hits()).isEqualTo(1);
  }

  @Test
  void damageToACompressedStateIsNoticed() {
    StateCache<UUID, String> cache = holding("state " + "lorem ipsum dolor ".repeat(5_000));
    cache.get(both.flow);
    byte[] key = both.key().getBytes(UTF_8);
    byte[] data = both.redis.jedis().hget(key, "data".getBytes(UTF_8));
    data[data.length - 1] ^= 1;
    both.redis.jedis().hset(key, Map.of("data".getBytes(UTF_8), data));
    assertThat(cache.get(both.flow)).isPresent();
    assertThat(cache.statistics().redis().undecodable()).isEqualTo(1);
  }

  @Test
  void aStateThatIsTooLargeIsNotKeptButAnswered() {
    StateCache<UUID, String> cache = holding("state " + "x".repeat(2 << 20));
    assertThat(cache.get(both.flow)).isPresent();
    assertThat(cache.get(both.flow)).isPresent();
    assertThat(cache.statistics().loads().tooLarge()).isEqualTo(2);
    assertThat(both.redis.jedis().hexists(both.key(), KeySpace.STATE_DATA)).isFalse();
    assertThat(both.redis.jedis().hexists(both.key(), "lease")).isFalse();
    assertThat(cache.put(both.flow, cache.get(both.flow).orElseThrow()))
        .isEqualTo(PutOutcome.VERSION_TOLD);
  }

  @Test
  void pastItsSoftExpiryAStateIsAnsweredAndOneCallerLoadsItAnew() {
    long life = Duration.ofMinutes(5).toMillis();
    both.redis.jedis().pexpire(both.key(), life / 10);
    for (int i = 0; i < 20; i++) {
      assertThat(both.read(both.one)).isEqualTo(FIRST);
      assertThat(both.read(both.two)).isEqualTo(FIRST);
    }
    await().until(() -> both.redis.jedis().pttl(both.key()) > life / 2);
    await()
        .until(() ->
            both.one.statistics().loads().refreshes() + both.two.statistics().loads().refreshes()
                == 1);
    assertThat(both.truth.loads()).isEqualTo(2);
  }

  @Test
  void theNearLevelHoldsSoManyBytesAndCountsWhatGivesWay() {
    CacheSettings.Near small = new CacheSettings.Near(Duration.ofSeconds(2), 1_000);
    try (TwoInstances near =
        new TwoInstances(
                server,
                TwoInstances.SETTINGS.withNear(small),
                id -> Optional.of(Truth.state(FIRST)),
                Step.Listener.NONE)
            .follow()) {
      for (int i = 0; i < 50; i++) {
        assertThat(near.one.get(UUID.randomUUID())).isPresent();
      }
      await().until(() -> near.one.statistics().near().evictions() > 40);
    }
  }

  @Test
  void anIdThatWouldBreakAKeyIsRefused() {
    StateKind<String, String> kind =
        new StateKind<>("flow", id -> id, id -> id, Truth.KIND.codec());
    try (StateCache<String, String> cache =
        new StateCache<>(both.redis, TwoInstances.SETTINGS, kind, id -> Optional.empty())) {
      assertThat(cache.get("fine:id")).isEmpty();
      for (String id : new String[] {"", "a b", "a}b", "a{b", "x".repeat(201), "a\nb"}) {
        assertThatThrownBy(() -> cache.get(id)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private StateCache<UUID, String> holding(String state) {
    both.one.invalidate(both.flow);
    return both.third(id -> Optional.of(new Versioned<>(FIRST, state)));
  }
}
