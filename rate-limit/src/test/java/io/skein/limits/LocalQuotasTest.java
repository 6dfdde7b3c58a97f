package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalQuotasTest extends QuotaStoreContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
  private final AtomicInteger instances = new AtomicInteger(1);
  private final LocalQuotas timed = new LocalQuotas(instances::get, clock::get);
  private final LocalQuotas real = new LocalQuotas(() -> 1, System::nanoTime);

  @Override
  QuotaStore store() {
    return real;
  }

  @Override
  void awaitAnswers() {} // it always may

  @Test
  void theShareFollowsTheNumberOfInstances() {
    Policy policy = Policy.of("user", 100, MINUTE);
    instances.set(4);
    assertThat(admitted(policy)).isEqualTo(25);
    instances.set(2);
    assertThat(admitted(policy)).isEqualTo(25);
    instances.set(4);
    Decision refused = take(policy);
    assertThat(refused.allowed()).isFalse();
    clock.addAndGet(MINUTE.toNanos());
    assertThat(admitted(policy)).isEqualTo(25);
  }

  @Test
  void moreInstancesThanRequestsStillLeaveEachOne() {
    instances.set(1_000);
    assertThat(admitted(Policy.of("user", 100, MINUTE))).isEqualTo(1);
    instances.set(0);
    assertThat(admitted(Policy.of("other", 7, MINUTE))).isEqualTo(7);
  }

  @Test
  void credentialsGetATenthOfTheShare() {
    instances.set(2);
    assertThat(admitted(Policy.of("sign-in", 100, MINUTE).strictWithoutRedis())).isEqualTo(5);
    assertThat(admitted(Policy.of("ticket", 10, MINUTE).strictWithoutRedis())).isEqualTo(1);
  }

  @Test
  void aPacedLimitAdmitsTheLimitOverTime() {
    Policy policy = Policy.of("large", 6_000, MINUTE);
    int admitted = 0;
    for (int tick = 0; tick < 120_000; tick++) {
      admitted += take(policy).allowed() ? 1 : 0;
      clock.addAndGet(Duration.ofMillis(1).toNanos());
    }
    assertThat(admitted).isBetween(2 * 6_000 + 600 - 2, 2 * 6_000 + 600);
  }

  @Test
  void theResetIsWhenTheNextUnitIsThere() {
    for (Policy policy : List.of(Policy.of("log", 10, MINUTE), Policy.of("paced", 2_000, MINUTE))) {
      Decision last = take(policy);
      while (last.allowed()) {
        clock.addAndGet(Duration.ofMillis(1).toNanos());
        last = take(policy);
      }
      clock.addAndGet(last.retryAfter().toNanos() - 1);
      assertThat(take(policy).allowed()).as("%s", policy).isFalse();
      clock.addAndGet(1);
      assertThat(take(policy).allowed()).as("%s", policy).isTrue();
    }
  }

  @Test
  void whatIsRememberedIsBounded() {
    LocalQuotas small = new LocalQuotas(() -> 1, clock::get, 10_000);
    Policy policy = Policy.of("user", 100, MINUTE);
    for (int user = 0; user < 1_000; user++) {
      small.take(List.of(new Quota(policy, Subject.of("user-" + user))));
    }
    assertThat(small.forgotten()).isBetween(850L, 999L);
  }

  private int admitted(Policy policy) {
    List<Decision> allowed = new ArrayList<>();
    Decision decision = take(policy);
    while (decision.allowed()) {
      allowed.add(decision);
      decision = take(policy);
    }
    return allowed.size();
  }

  private Decision take(Policy policy) {
    return timed.take(List.of(new Quota(policy, Subject.of("ann"))));
  }
}
