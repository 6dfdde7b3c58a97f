package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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

  private static void observe(RedisHealth health, boolean... answers) {
    for (boolean answer : answers) {
      health.observe(answer);
    }
  }
}
