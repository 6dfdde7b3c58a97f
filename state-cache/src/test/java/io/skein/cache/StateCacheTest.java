package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.redis.KeySpace;
import io.skein.testing.Stalls;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What readers of two instances get. */
class StateCacheTest extends OnTwoInstances {
  @Test
  void oneLoadServesBothInstances() {
    assertThat(both.read(both.one)).isEqualTo(truth.version());
    assertThat(both.read(both.two)).isEqualTo(truth.version());
    assertThat(truth.loads()).isEqualTo(1);
    assertThat(both.two.statistics().loads().loads()).isZero();
    assertThat(both.two.statistics().redis().hits()).isPositive();
  }

  @Test
  void anAnnouncedVersionEndsTheOlderStateOnBothLevelsOfEveryInstance() {
    StateVersion second = truth.commit();
    truth.relay(both.redis, second);
    assertThat(both.read(both.one, second.version())).isEqualTo(second);
    await().until(() -> both.read(both.two).equals(second));
  }

  @Test
  void whoInsistsOnAVersionGetsItBeforeTheRelayHasTold() {
    StateVersion second = truth.commit();
    assertThat(both.read(both.one)).isEqualTo(new StateVersion(1, 1));
    assertThat(both.read(both.one, 2)).isEqualTo(second);
    assertThat(both.read(both.two, 2)).isEqualTo(second);
    assertThat(both.read(both.one, 99))
        .as("what nobody has committed is answered with the truth")
        .isEqualTo(second);
  }

  @Test
  void aRedisThatWentBackDoesNotTakeAnInstanceBack() {
    Map<String, String> old = both.redis.jedis().hgetAll(both.key());
    truth.relay(both.redis, truth.commit());
    await().until(() -> both.read(both.one).version() == 2);
    both.redis.jedis().hset(both.key(), old);
    both.cutSubscriptions();
    await()
        .until(() -> {
          assertThat(both.read(both.one).version()).isEqualTo(2);
          return both.one.statistics().redis().staleRefusals() > 0;
        });
  }

  @Test
  void aLaterEpochIsNewerWhateverItsVersion() {
    for (int i = 0; i < 5; i++) {
      truth.relay(both.redis, truth.commit());
    }
    await().until(() -> both.read(both.one).version() == 6);
    truth.renewEpoch();
    truth.relay(both.redis, truth.version());
    await().until(() -> both.read(both.one).equals(new StateVersion(2, 1)));
    await().until(() -> both.read(both.two).equals(new StateVersion(2, 1)));
  }

  @Test
  void anUnknownKeyIsLoadedOnceInAWhile() {
    UUID unknown = UUID.randomUUID();
    int before = truth.loads();
    for (int i = 0; i < 3; i++) {
      assertThat(both.one.get(unknown)).isEmpty();
      assertThat(both.two.get(unknown)).isEmpty();
    }
    assertThat(truth.loads() - before).isEqualTo(1);
    assertThat(both.redis.jedis().pttl(both.redis.keys().flowState(unknown)))
        .isBetween(1L, 66_000L);
  }

  @Test
  void whatIsCreatedAfterItWasFoundAbsentIsThereOnceThatIsTold() {
    UUID later = UUID.randomUUID();
    assertThat(both.two.get(later)).isEmpty();
    try (StateCache<UUID, String> writer =
        both.third(asked -> Optional.of(Truth.state(new StateVersion(1, 1))))) {
      assertThat(writer.get(later)).as("what is remembered").isEmpty();
      assertThat(writer.get(later, 1)).as("who knows better").isPresent();
      writer.invalidate(later, new StateVersion(1, 1));
      assertThat(writer.get(later)).isPresent();
    }
  }

  @Test
  void aFailingLoadReachesTheReaderAndGivesItsLeaseBack() {
    server.flush();
    StateCache<UUID, String> fresh =
        both.third(id -> {
          throw new IllegalStateException("PostgreSQL said no");
        });
    assertThatThrownBy(() -> fresh.get(flow)).hasMessage("PostgreSQL said no");
    assertThat(both.redis.jedis().exists(both.key())).isFalse();
    assertThat(fresh.statistics().loads().failures()).isEqualTo(1);
  }

  @Test
  void anInstanceThatDiesWhileLoadingHoldsTheOthersUpForAMomentOnly() {
    Stalls.repeatIfStalled(() -> {
      server.flush();
      both.redis.jedis().hset(both.key(), Map.of("lease", "dead", "lease_until", "99999999999999"));
      StateCache<UUID, String> other = both.third(truth);
      long begin = System.nanoTime();
      assertThat(both.read(other)).isEqualTo(truth.version());
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    });
  }

  @Test
  void anOperatorRemovesAStateFromBothInstances() {
    int before = truth.loads();
    assertThat(both.one.invalidate(flow)).isTrue();
    assertThat(both.redis.jedis().hget(both.key(), KeySpace.STATE_DATA)).isNull();
    assertThat(both.redis.jedis().hget(both.key(), KeySpace.STATE_VERSION)).isEqualTo("1");
    long nearHits = both.one.statistics().near().hits();
    assertThat(both.read(both.one)).isEqualTo(truth.version());
    assertThat(both.one.statistics().near().hits()).isEqualTo(nearHits);
    await()
        .until(() -> {
          long hits = both.two.statistics().near().hits();
          both.one.invalidate(flow);
          both.read(both.two);
          return both.two.statistics().near().hits() == hits;
        });
    assertThat(truth.loads()).isGreaterThan(before);
  }

  @Test
  void theMetadataAreOfTheStatesOwnVersionOnEveryLevel() {
    StateVersion first = truth.version();
    assertThat(both.one.metadata(flow, 0)).as("near").hasValue(metadata(first));
    StateCache<UUID, String> other = both.third(truth);
    long loads = truth.loads();
    assertThat(other.metadata(flow, 0)).as("from Redis").hasValue(metadata(first));
    assertThat(other.statistics().redis().hits()).isEqualTo(1);
    assertThat((long) truth.loads()).isEqualTo(loads);
    StateVersion second = truth.commit();
    truth.relay(both.redis, second);
    assertThat(other.metadata(flow, 0))
        .as("not older than what was told")
        .hasValue(metadata(second));
    assertThat(other.metadata(UUID.randomUUID(), 0)).isEmpty();
  }

  private static Versioned<StateMetadata> metadata(StateVersion version) {
    return new Versioned<>(version, Truth.KIND.codec().metadata("state " + version));
  }

  @Test
  void statisticsTellEachLevel() {
    CacheStatistics.Level near = both.one.statistics().near();
    for (int i = 0; i < 9; i++) {
      both.read(both.one);
    }
    CacheStatistics.Level after = both.one.statistics().near();
    assertThat(after.hits() - near.hits()).isEqualTo(9);
    assertThat(after.hitRate()).isBetween(0.3, 1.0);
    assertThat(both.one.statistics().redis().misses()).as("the first read").isPositive();
  }

  @Test
  void whatIsReadMostAndChangedLastIsWarmed() {
    both.one.exchangeHeat();
    both.two.exchangeHeat();
    String heat = both.redis.keys().heat("flow", TwoInstances.SETTINGS.life().halfLife());
    UUID unread = UUID.randomUUID();
    assertThat(both.redis.jedis().zrevrange(heat, 0, -1)).containsExactly(flow.toString());
    both.redis.jedis().zadd(heat, 1, "not-an-id");
    both.redis.jedis().zadd(heat, 1, unread.toString());
    both.redis.jedis().del(both.key());
    StateCache<UUID, String> fresh = both.third(truth);
    assertThat(fresh.warm()).isTrue();
    await().until(() -> !fresh.warming());
    assertThat(fresh.statistics().loads().warmed()).isEqualTo(2);
    assertThat(both.redis.jedis().hexists(both.key(), KeySpace.STATE_DATA)).isTrue();
    fresh.warm();
    await().until(() -> !fresh.warming());
    assertThat(fresh.statistics().loads().warmed()).as("what is there stays").isEqualTo(2);
  }
}
