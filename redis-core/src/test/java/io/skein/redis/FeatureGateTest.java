package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;

class FeatureGateTest {
  private final RedisHealth health = new RedisHealth(() -> {});
  private final FeatureGates gates = new FeatureGates(health);
  private final FeatureGate gate = gates.of(Feature.LOCKS);

  @BeforeEach
  void healthyFromTheStart() {
    answers(true, true, true);
    gates.start();
  }

  @Test
  void aHealthyStartIsTrustedAtOnce() {
    FeatureGates fresh = new FeatureGates(health);
    assertThat(fresh.of(Feature.LOCKS).open()).as("before the first probe").isFalse();
    fresh.start();
    assertThat(fresh.of(Feature.LOCKS).openFor(Duration.ofMinutes(1))).isTrue();
  }

  @Test
  void theFlagOfOneFeatureClosesItsGateAlone() {
    gate.enable(false);
    assertThat(gate.mode()).isEqualTo(FeatureMode.FLAG_OFF);
    assertThat(gates.of(Feature.STATE_CACHE).open()).isTrue();
    gate.enable(true);
    assertThat(gate.open()).isTrue();
    assertThat(gate.openFor(Duration.ofMinutes(1))).as("what was written meanwhile").isFalse();
  }

  @Test
  void aFlagThatIsOffIsNamedBeforeTheOutage() {
    gate.enable(false);
    answers(false, false);
    assertThat(gate.mode()).isEqualTo(FeatureMode.FLAG_OFF);
    gate.enable(true);
    assertThat(gate.mode()).isEqualTo(FeatureMode.REDIS_AWAY);
  }

  @Test
  void failedCallsCloseTheGateAndTheNextIsNotMade() {
    fail(5);
    assertThat(gate.mode()).isEqualTo(FeatureMode.BREAKER_OPEN);
    assertThat(gates.of(Feature.STATE_CACHE).open()).as("its own breaker").isTrue();
    assertThatThrownBy(() ->
            gate.call(
                "asking",
                () -> {
                  throw new AssertionError("was called");
                }))
        .isInstanceOf(RedisAwayException.class);
  }

  @Test
  void fourFailuresAreNotEnough() {
    fail(4);
    assertThat(gate.open()).isTrue();
  }

  @Test
  void theGateOpensAgainByItselfAndStaysOpenAfterThreeGoodCalls() {
    fail(5);
    Awaitility.await().atMost(Duration.ofSeconds(5)).until(gate::open);
    for (int i = 0; i < 3; i++) {
      assertThat(gate.<Integer>call("asking", () -> 1)).isEqualTo(1);
    }
    fail(4);
    assertThat(gate.open()).as("the window began anew").isTrue();
  }

  @Test
  void slowCallsCloseTheGate() {
    for (int i = 0; i < 5; i++) {
      gate.call("asking slowly", FeatureGateTest::takes110Millis);
    }
    assertThat(gate.mode()).isEqualTo(FeatureMode.BREAKER_OPEN);
  }

  @Test
  void listenersHearEachChangeUntilTheyAreForgotten() {
    List<FeatureMode> heard = new ArrayList<>();
    FeatureGate.Listener listener = heard::add;
    gate.onChange(listener);
    gate.enable(false);
    gate.enable(false);
    answers(false, false);
    gate.enable(true);
    answers(true, true, true);
    gate.forget(listener);
    gate.enable(false);
    assertThat(heard)
        .containsExactly(FeatureMode.FLAG_OFF, FeatureMode.REDIS_AWAY, FeatureMode.REDIS);
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() ->
              gate.call(
                  "asking",
                  () -> {
                    throw new JedisConnectionException("cut");
                  }))
          .isInstanceOf(RedisAwayException.class);
    }
  }

  private void answers(boolean... answers) {
    for (boolean answer : answers) {
      health.observe(answer);
    }
  }

  @SuppressWarnings("ThreadSleep") // the call is what takes time
  private static int takes110Millis() {
    try {
      Thread.sleep(110);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 1;
  }
}
