package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RedisHealthTest {

  @Test
  void twoMissesCloseAndThreeAnswersOpen() {
    RedisHealth health = new RedisHealth(() -> {});
    observe(health, true, true, true);
    assertThat(health.available()).isTrue();
    observe(health, false, true, false);
    assertThat(health.available()).as("single misses do not close").isTrue();
    observe(health, false);
    assertThat(health.available()).isFalse();
    observe(health, true, true, false, true, true);
    assertThat(health.available()).as("three in a row are needed").isFalse();
    observe(health, true);
    assertThat(health.available()).isTrue();
  }

  @Test
  void oneThatIsForgottenHearsNothingMore() {
    List<Boolean> heard = new ArrayList<>();
    RedisHealth health = new RedisHealth(() -> {});
    RedisHealth.Listener listener = heard::add;
    health.onChange(listener);
    observe(health, true, true, true);
    health.forget(listener);
    observe(health, false, false);
    assertThat(heard).containsExactly(true);
  }

  @Test
  void suspicionEndsWithAnAnswerOrWithTheSecondMiss() {
    RedisHealth health = new RedisHealth(() -> {});
    health.suspect();
    assertThat(health.suspected()).as("nobody is called anyway").isFalse();
    observe(health, true, true, true);
    health.suspect();
    assertThat(health.suspected()).isTrue();
    observe(health, true);
    assertThat(health.suspected()).isFalse();
    health.suspect();
    observe(health, false);
    assertThat(health.suspected()).isTrue();
    assertThat(health.available()).as("one miss is not enough").isTrue();
    observe(health, false);
    assertThat(health.suspected()).isFalse();
    assertThat(health.available()).isFalse();
  }

  @Test
  void whoAwaitsTheVerdictGoesOnWhenAllOthersHaveHeardOfIt() throws Exception {
    RedisHealth health = new RedisHealth(() -> {});
    observe(health, true, true, true);
    health.awaitVerdict(Duration.ofDays(1)); // nobody has asked for one
    List<String> order = new CopyOnWriteArrayList<>();
    health.onChange(available -> order.add("listener"));
    health.suspect();
    health.awaitVerdict(Duration.ofMillis(1));
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting =
          executor.submit(() -> {
            health.awaitVerdict(Duration.ofMinutes(1));
            return order.add("waiter");
          });
      observe(health, false);
      assertThat(waiting.isDone()).as("one miss is no verdict").isFalse();
      observe(health, false);
      waiting.get();
    }
    assertThat(order).containsExactly("listener", "waiter");
  }

  private static void observe(RedisHealth health, boolean... answers) {
    for (boolean answer : answers) {
      health.observe(answer);
    }
  }
}
