package io.skein.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.redisson.client.RedisTimeoutException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

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
  void aHealthyStartOpensAtOnce() {
    FeatureGates fresh = new FeatureGates(health);
    assertThat(fresh.of(Feature.LOCKS).open()).as("before the first probe").isFalse();
    fresh.start();
    assertThat(fresh.of(Feature.LOCKS).opening()).isNotEqualTo(FeatureGate.CLOSED);
  }

  @Test
  void theFlagOfOneFeatureClosesItsGateAlone() {
    long before = gate.opening();
    gate.enable(false);
    assertThat(gate.mode()).isEqualTo(FeatureMode.FLAG_OFF);
    assertThat(gate.opening()).isEqualTo(FeatureGate.CLOSED);
    assertThat(gates.of(Feature.STATE_CACHE).open()).isTrue();
    gate.enable(true);
    assertThat(gate.open()).isTrue();
    assertThat(gate.opening())
        .as("who remembers the last one sees that it ended")
        .isNotEqualTo(FeatureGate.CLOSED)
        .isGreaterThan(before);
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
    health.observe(true);
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
  void theRegistryGoesWithTheFlagOfTheEventBusWhateverItsOwnSays() {
    FeatureGate bus = gates.of(Feature.EVENT_BUS);
    FeatureGate broker = gates.of(Feature.SSE_BROKER);
    bus.enable(false);
    assertThat(broker.mode()).isEqualTo(FeatureMode.NEEDED_FLAG_OFF);
    gates.enable(Map.of(Feature.SSE_BROKER, false, Feature.EVENT_BUS, true));
    assertThat(bus.open()).isTrue();
    assertThat(broker.mode()).isEqualTo(FeatureMode.FLAG_OFF);
    broker.enable(true);
    assertThat(broker.open()).isTrue();
    assertThat(gates.of(Feature.LOCKS).open()).isTrue();
  }

  @Test
  void othersAreToldAlsoWhileTheGateIsClosed() {
    fail(5);
    assertThat(gate.reachable()).isTrue();
    assertThat(gate.<Integer>tell("telling", () -> 1)).isEqualTo(1);
    gate.enable(false);
    assertThat(gate.<Integer>tell("telling", () -> 2)).isEqualTo(2);
    answers(false, false);
    assertThat(gate.reachable()).as("then not even tried").isFalse();
  }

  @Test
  void whoInsistsIsStoppedByASuspicionOnly() {
    fail(5);
    assertThat(gate.mode()).isEqualTo(FeatureMode.BREAKER_OPEN);
    assertThat(gate.<Integer>callDespiteBreaker("asking", () -> 1)).isEqualTo(1);
    health.suspect();
    assertThatThrownBy(() ->
            gate.callDespiteBreaker(
                "asking",
                () -> {
                  throw new AssertionError("was called");
                }))
        .isInstanceOf(RedisAwayException.class);
  }

  @Test
  void failingToTellClosesTheGateToo() {
    fail(5, gate::tell);
    assertThat(gate.mode()).isEqualTo(FeatureMode.BREAKER_OPEN);
  }

  @Test
  void waitingOnPurposeIsNotSlowButItsFailuresCount() {
    for (int i = 0; i < 5; i++) {
      gate.callUntimed("waiting", FeatureGateTest::takes110Millis);
    }
    assertThat(gate.open()).isTrue();
    fail(5, gate::callUntimed);
    assertThat(gate.open()).isFalse();
  }

  @Test
  void theOtherClientsFailuresCountAsWell() {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() ->
              gate.call(
                  "asking",
                  () -> {
                    throw new RedisTimeoutException("no answer");
                  }))
          .isInstanceOf(RedisAwayException.class);
      health.observe(true);
    }
    assertThat(gate.open()).isFalse();
  }

  /** A key of a wrong type would otherwise switch its feature off. */
  @Test
  void whatRedisSaysOfAKeyIsNoFailureOfIts() {
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() ->
              gate.call(
                  "asking",
                  () -> {
                    throw new JedisDataException("WRONGTYPE Operation against a key");
                  }))
          .isInstanceOf(RedisAwayException.class);
    }
    assertThat(gate.open()).isTrue();
  }

  @Test
  void aFullRedisIsAFailure() {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() ->
              gate.call(
                  "asking",
                  () -> {
                    throw new JedisDataException("OOM command not allowed");
                  }))
          .isInstanceOf(RedisAwayException.class);
    }
    assertThat(gate.open()).isFalse();
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

  /** A request that makes several calls waits for one of them. */
  @Test
  void afterOneCallThatFoundNobodyNoOtherIsMadeUntilAProbeIsAnswered() {
    assertThatThrownBy(() ->
            gate.call(
                "asking",
                () -> {
                  throw new JedisConnectionException("cut");
                }))
        .isInstanceOf(RedisAwayException.class);
    assertThatThrownBy(() -> gates.of(Feature.STATE_CACHE).call("asking", () -> 1))
        .isInstanceOf(RedisAwayException.class);
    assertThat(gate.<Integer>tell("telling", () -> 1)).as("others are told").isEqualTo(1);
    answers(true);
    assertThat(gates.of(Feature.STATE_CACHE).<Integer>call("asking", () -> 1)).isEqualTo(1);
    assertThat(gate.open()).isTrue();
  }

  private interface Way {
    Object call(String doing, Supplier<Object> call);
  }

  private void fail(int times) {
    fail(times, gate::call);
  }

  private void fail(int times, Way way) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() ->
              way.call(
                  "asking",
                  () -> {
                    throw new JedisConnectionException("cut");
                  }))
          .isInstanceOf(RedisAwayException.class);
      health.observe(true); // or the next one would not be made
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
