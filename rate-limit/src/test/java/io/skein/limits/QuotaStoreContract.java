package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a limit promises, wherever it is counted. */
abstract class QuotaStoreContract {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final int THREADS = 64;

  private final Subject subject = Subject.of("{ann}:" + UUID.randomUUID());

  abstract QuotaStore store();

  /** Waits until the store may be asked. */
  abstract void awaitAnswers();

  @BeforeEach
  void ready() {
    awaitAnswers();
  }

  @Test
  void admitsTheLimitAndSaysWhatRemains() {
    Policy policy = Policy.of("three", 3, LONG);
    for (int remaining = 2; remaining >= 0; remaining--) {
      Decision decision = take(policy);
      assertThat(decision.allowed()).isTrue();
      assertThat(decision.remaining()).isEqualTo(remaining);
      assertThat(decision.retryAfter()).isZero();
    }
    Decision refused = take(policy);
    assertThat(refused.allowed()).isFalse();
    assertThat(refused.refusals())
        .extracting(standing -> standing.quota().policy())
        .contains(policy);
    assertThat(refused.retryAfter()).isPositive().isLessThanOrEqualTo(LONG);
  }

  @Test
  void whatOnePolicyRefusesTakesFromNone() {
    Policy few = Policy.of("few", 2, LONG);
    Policy many = Policy.of("many", 5, LONG);
    Policy paced = Policy.of("paced", 20_000, LONG);
    take(few, many, paced);
    take(few, many, paced);
    for (int again = 0; again < 10; again++) {
      Decision refused = take(few, many, paced);
      assertThat(refused.allowed()).isFalse();
      assertThat(refused.refusals())
          .singleElement()
          .satisfies(standing -> assertThat(standing.quota().policy()).isEqualTo(few));
      assertThat(refused.standings().get(1).remaining()).isEqualTo(3);
    }
    assertThat(take(many).remaining()).isEqualTo(2);
  }

  @Test
  void aUnitComesBackWhenTheOldestAdmissionLeavesTheWindow() {
    Policy policy = Policy.of("short", 2, SHORT);
    Decision first = take(policy);
    take(policy);
    Decision refused = take(policy);
    assertThat(refused.allowed()).isFalse();
    assertThat(first.at().plus(SHORT)).isEqualTo(refused.at().plus(refused.retryAfter()));
    Decision next =
        await().pollInterval(Duration.ofMillis(5)).until(() -> take(policy), Decision::allowed);
    assertThat(next.at().minus(first.at())).isGreaterThanOrEqualTo(SHORT);
  }

  @Test
  void noSlidingWindowEverHoldsMoreThanTheLimit() {
    Policy policy = Policy.of("greedy", 50, SHORT);
    List<Duration> admitted = new ArrayList<>();
    AtomicInteger unanswered = new AtomicInteger();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofNanos(1))
        .until(() -> {
          Decision decision = answered(policy, unanswered);
          if (decision.allowed()) {
            admitted.add(decision.at());
          }
          return admitted.size() == 250;
        });
    Windows.assertNoneHoldsMoreThan(50, SHORT, admitted);
  }

  /** Of which the exact log is the opposite: at once a tenth, and then one after another. */
  @Test
  void aLargeLimitIsSpacedOut() {
    Policy policy = Policy.of("large", 6_000, LONG);
    AtomicInteger unanswered = new AtomicInteger();
    Duration begin = answered(Policy.of("before", 1, LONG), unanswered).at();
    long admitted = 0;
    Decision decision = answered(policy, unanswered);
    while (decision.allowed()) {
      admitted++;
      decision = answered(policy, unanswered);
    }
    long earned = decision.at().minus(begin).dividedBy(Duration.ofMillis(10));
    assertThat(admitted).isBetween(600L - unanswered.get(), 600L + earned);
    assertThat(decision.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(10));
    assertThat(decision.remaining()).isZero();
  }

  @Test
  void membersOfAGroupAndOtherGroupsCountByThemselves() {
    Policy policy = Policy.of("one", 1, LONG);
    Subject group = subject;
    List<Subject> all =
        List.of(
            group,
            group.member("a"),
            group.member("a:b"),
            group.member("a}"),
            Subject.of(group.group() + "}:one:a"),
            Subject.of("}" + group.group()));
    for (Subject one : all) {
      assertThat(store().take(List.of(new Quota(policy, one))).allowed()).as("%s", one).isTrue();
    }
    Decision together =
        store()
            .take(
                List.of(
                    new Quota(policy, group.member("new")), new Quota(policy, group.member("a"))));
    assertThat(together.allowed()).isFalse();
    assertThat(together.refusals())
        .singleElement()
        .satisfies(standing -> assertThat(standing.quota().subject().member()).isEqualTo("a"));
  }

  @Test
  void aHotSubjectOfManyThreadsStaysExact() throws Exception {
    Policy policy = Policy.of("hot", 100, LONG);
    CountDownLatch all = new CountDownLatch(THREADS);
    AtomicInteger admitted = new AtomicInteger();
    AtomicInteger unanswered = new AtomicInteger();
    List<Future<?>> threads = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < THREADS; thread++) {
        threads.add(
            executor.submit(() -> {
              all.countDown();
              all.await();
              while (answered(policy, unanswered).allowed()) {
                admitted.incrementAndGet();
              }
              return null;
            }));
      }
    }
    for (Future<?> thread : threads) {
      thread.get();
    }
    assertThat(admitted.get()).isBetween(100 - unanswered.get(), 100);
  }

  /**
   * Asks until it is answered: an admission whose answer got lost on a busy machine is counted, but
   * was told to nobody.
   */
  private Decision answered(Policy policy, AtomicInteger unanswered) {
    while (true) {
      try {
        return take(policy);
      } catch (RedisAwayException e) {
        unanswered.incrementAndGet();
        awaitAnswers();
      }
    }
  }

  private Decision take(Policy... policies) {
    List<Quota> quotas = new ArrayList<>();
    for (Policy policy : policies) {
      quotas.add(new Quota(policy, subject));
    }
    return store().take(quotas);
  }
}
