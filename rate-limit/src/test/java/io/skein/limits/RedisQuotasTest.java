package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.Feature;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisQuotasTest extends QuotaStoreContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static RedisConnections redis;
  private static RedisQuotas quotas;

  private final Subject ann = Subject.of("ann-" + UUID.randomUUID());

  @BeforeAll
  static void open() {
    RedisSettings settings =
        RedisSettings.of(TestServers.redis().url()).withKeyPrefix("limits" + UUID.randomUUID());
    redis = RedisConnections.open(settings, "limits-test");
    quotas = new RedisQuotas(redis);
  }

  @AfterAll
  static void close() {
    redis.close();
  }

  @Override
  QuotaStore store() {
    return quotas;
  }

  @Override
  void awaitAnswers() {
    await().atMost(Duration.ofSeconds(30)).until(redis.gate(Feature.RATE_LIMIT)::open);
  }

  @Test
  void nothingStaysLongerThanTwoWindows() {
    Policy log = Policy.of("log", 10, MINUTE);
    Policy paced = Policy.of("paced", 60_000, MINUTE);
    quotas.take(List.of(new Quota(log, ann), new Quota(paced, ann)));
    assertThat(redis.jedis().pttl(key("log"))).isBetween(110_000L, 120_000L);
    assertThat(redis.jedis().pttl(key("paced"))).isBetween(-2L, 1L);
  }

  /** The life of the log is renewed when something leaves it, also by a refusal. */
  @Test
  void aLogOutlivesItsLastAdmissionByAWindow() {
    long now = now();
    redis
        .jedis()
        .rpush(key("log"), Long.toString(now - 61_000_000), Long.toString(now - 1_000_000));
    redis.jedis().pexpire(key("log"), 5_000);
    Policy none = Policy.of("none", 1, MINUTE);
    take(none);
    Decision refused =
        quotas.take(List.of(new Quota(Policy.of("log", 10, MINUTE), ann), new Quota(none, ann)));
    assertThat(refused.allowed()).isFalse();
    assertThat(redis.jedis().pttl(key("log"))).isBetween(110_000L, 120_000L);
  }

  @Test
  void aRefusalWritesNothing() {
    Policy two = Policy.of("two", 2, MINUTE);
    take(two);
    take(two);
    String before = redis.jedis().lrange(key("two"), 0, -1).toString();
    assertThat(take(two).allowed()).isFalse();
    assertThat(redis.jedis().lrange(key("two"), 0, -1)).hasToString(before);
  }

  @Test
  void manyExpiredAdmissionsLeaveAtOnce() {
    long now = now();
    String[] old = new String[937];
    for (int i = 0; i < old.length; i++) {
      old[i] = Long.toString(now - 70_000_000 + i);
    }
    redis.jedis().rpush(key("log"), old);
    redis.jedis().rpush(key("log"), Long.toString(now - 1_000_000), Long.toString(now));
    Decision decision = take(Policy.of("log", 1_000, MINUTE));
    assertThat(decision.remaining()).isEqualTo(997);
    assertThat(redis.jedis().llen(key("log"))).isEqualTo(3);
  }

  @Test
  void aLowerLimitWaitsUntilEnoughHaveLeft() {
    long now = now();
    for (int second = 50; second > 0; second -= 10) {
      redis.jedis().rpush(key("log"), Long.toString(now - second * 1_000_000L));
    }
    Decision refused = take(Policy.of("log", 2, MINUTE));
    assertThat(refused.allowed()).isFalse();
    assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(38), Duration.ofSeconds(40));
  }

  /** As after a failover to a server whose clock is behind: nobody is locked out for an hour. */
  @Test
  void admissionsOfTheFutureAreForgotten() {
    long future = now() + 3_600_000_000L;
    redis.jedis().rpush(key("log"), Long.toString(future), Long.toString(future + 1));
    redis.jedis().set(key("paced"), Long.toString(future));
    assertThat(take(Policy.of("log", 2, MINUTE)).allowed()).isTrue();
    assertThat(take(Policy.of("paced", 6_000, MINUTE)).remaining()).isEqualTo(599);
  }

  /** As after a step by NTP: the admissions are of this window, whatever they are dated. */
  @Test
  void aClockThatWentBackALittleAdmitsNoMore() {
    long now = now();
    redis.jedis().rpush(key("log"), Long.toString(now + 500_000), Long.toString(now + 500_001));
    Decision refused = take(Policy.of("log", 2, MINUTE));
    assertThat(refused.allowed()).isFalse();
    assertThat(refused.retryAfter()).isBetween(MINUTE, MINUTE.plusSeconds(1));
  }

  /** Of one kind there is a list at the key, of the other a string: neither must meet the other. */
  @Test
  void aLimitMayCrossTheSizeOfALogAndBack() {
    for (int limit : new int[] {1_000, 1_001, 1_000, 60_000}) {
      assertThat(take(Policy.of("moved", limit, MINUTE)).allowed()).isTrue();
    }
  }

  private Decision take(Policy policy) {
    return quotas.take(List.of(new Quota(policy, ann)));
  }

  private static long now() {
    return take(Subject.of("clock-" + UUID.randomUUID())).at().toNanos() / 1_000;
  }

  private static Decision take(Subject subject) {
    return quotas.take(List.of(new Quota(Policy.of("clock", 1, MINUTE), subject)));
  }

  private String key(String policy) {
    return redis.keys().rateLimit(ann.group(), policy, policy, "");
  }
}
