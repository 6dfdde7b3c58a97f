package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.EmbeddedRedis;
import io.skein.testing.RedisServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The limit over the loss and return of Redis: never without one, never an exception. */
class RedisAwayTest {
  private static final int LIMIT = 100;
  private static final int SHARE = LIMIT / 2;

  private final Policy policy = Policy.of("user", LIMIT, Duration.ofMinutes(5));
  private RedisServer server;
  private RedisConnections redis;
  private FeatureGate gate;
  private RateLimiter limiter;

  @BeforeEach
  void open() {
    server = TestServers.newRedis(EmbeddedRedis.Persistence.NONE);
    redis = RedisConnections.open(RedisSettings.of(server.url()), "limits-test");
    gate = redis.gate(Feature.RATE_LIMIT);
    limiter = new RateLimiter(redis, () -> 2);
    await().until(gate::open);
  }

  @AfterEach
  void close() {
    redis.close();
    server.close();
  }

  @Test
  void whileRedisIsKilledEachInstanceAdmitsItsShare() {
    Subject ann = anybody();
    assertThat(limiter.tryAcquire(ann, policy).source()).isEqualTo(Decision.Source.REDIS);
    server.kill();
    assertThat(admitted(ann, 3 * LIMIT)).isEqualTo(SHARE);
    LimitCounts counts = limiter.counts();
    assertThat(counts.decisions()).isEqualTo(3 * LIMIT + 1);
    assertThat(counts.local()).isEqualTo(3 * LIMIT);
    assertThat(counts.unanswered()).isPositive().isLessThanOrEqualTo(3 * LIMIT);
    assertThat(limiter.refusals("user")).isEqualTo(3 * LIMIT - SHARE);

    server.start();
    // Connections of before that are still in the pool fail first.
    await().until(() -> limiter.tryAcquire(ann, policy).source() == Decision.Source.REDIS);
  }

  @Test
  void aFrozenRedisHoldsFewRequestsAndNoneForLong() {
    Subject ann = anybody();
    server.freeze();
    long begin = System.nanoTime();
    assertThat(admitted(ann, 2 * LIMIT)).isEqualTo(SHARE);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    server.thaw();
    await().until(gate::open);
  }

  @Test
  void aRedisWithoutMemoryIsAsGoodAsNone() {
    for (int user = 0; user < 100; user++) {
      limiter.tryAcquire(anybody(), policy);
    }
    redis.jedis().configSet("maxmemory", "1");
    Subject ann = anybody();
    assertThat(admitted(ann, 2 * LIMIT)).isEqualTo(SHARE);
  }

  @Test
  void aRedisThatMayOnlyBeReadIsAsGoodAsNone() {
    redis
        .jedis()
        .sendCommand(
            () -> "REPLICAOF".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
            "127.0.0.1",
            "1");
    assertThat(admitted(anybody(), 2 * LIMIT)).isEqualTo(SHARE);
  }

  @Test
  void aKeyOfAnotherTypeIsAsGoodAsNone() {
    Subject ann = anybody();
    redis.jedis().hset(redis.keys().rateLimit(ann.group(), "log", "user", ""), "a", "b");
    assertThat(admitted(ann, 2 * LIMIT)).isEqualTo(SHARE);
  }

  @Test
  void theFlagSwitchesToSharesAndBack() {
    Subject ann = anybody();
    gate.enable(false);
    assertThat(admitted(ann, 2 * LIMIT)).isEqualTo(SHARE);
    gate.enable(true);
    long before = limiter.counts().local();
    int again = admitted(ann, 2 * LIMIT);
    int unanswered = Math.toIntExact(limiter.counts().local() - before);
    assertThat(again).isBetween(LIMIT - unanswered, LIMIT);
    assertThat(unanswered).as("and it asked Redis again").isLessThan(LIMIT);
    gate.enable(false);
    assertThat(admitted(ann, 2 * LIMIT)).as("it still knows of the first time").isZero();
  }

  @Test
  void aScriptThatWasForgottenIsSentAgain() {
    redis.jedis().scriptFlush("x");
    assertThat(limiter.tryAcquire(anybody(), policy).source()).isEqualTo(Decision.Source.REDIS);
  }

  @Test
  void quotasOfOneCallBelongToOneGroupAndDiffer() {
    Quota ann = new Quota(policy, Subject.of("a").member("ann"));
    Quota bob = new Quota(policy, Subject.of("b").member("bob"));
    assertThatThrownBy(() -> limiter.tryAcquire(List.of(ann, bob)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> limiter.tryAcquire(List.of(ann, ann)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> limiter.tryAcquire(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private int admitted(Subject subject, int requests) {
    int admitted = 0;
    for (int request = 0; request < requests; request++) {
      admitted += limiter.tryAcquire(subject, policy).allowed() ? 1 : 0;
    }
    return admitted;
  }

  private static Subject anybody() {
    return Subject.of("user-" + UUID.randomUUID());
  }
}
