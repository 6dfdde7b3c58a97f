package io.skein.redis;

import static java.util.Objects.requireNonNull;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.redisson.client.RedisException;
import redis.clients.jedis.exceptions.JedisException;

/** The gates of all features in one process. Thread safe. */
public final class FeatureGates {
  /**
   * Of the last 20 calls, at least five, half failed or slower than 100 ms: open for half a second,
   * then twice as long each time a trial of three calls fails, at most 8 s.
   */
  private static final CircuitBreakerConfig BREAKER =
      CircuitBreakerConfig.custom()
          .slidingWindowType(SlidingWindowType.COUNT_BASED)
          .slidingWindowSize(20)
          .minimumNumberOfCalls(5)
          .failureRateThreshold(50)
          .slowCallDurationThreshold(Duration.ofMillis(100))
          .slowCallRateThreshold(50)
          .recordExceptions(JedisException.class, RedisException.class)
          .ignoreException(RedisErrors::isAboutAKey)
          .waitIntervalFunctionInOpenState(
              IntervalFunction.ofExponentialBackoff(
                  Duration.ofMillis(500), 2, Duration.ofSeconds(8)))
          .automaticTransitionFromOpenToHalfOpenEnabled(true)
          .permittedNumberOfCallsInHalfOpenState(3)
          .build();

  private final Map<Feature, FeatureGate> gates = new EnumMap<>(Feature.class);

  FeatureGates(RedisHealth health) {
    for (Feature feature : Feature.values()) {
      CircuitBreaker breaker = CircuitBreaker.of(feature.label(), BREAKER);
      gates.put(feature, new FeatureGate(feature, health, breaker));
    }
    gates.values().forEach(gate -> gate.feature().needs().map(this::of).ifPresent(gate::stopsWith));
  }

  /** Takes the health as the first probe found it for how it was before. */
  void start() {
    gates.values().forEach(FeatureGate::start);
  }

  /** Sets the flags of these features; what is not named stays as it is. */
  public void enable(Map<Feature, Boolean> flags) {
    flags.forEach((feature, on) -> of(feature).enable(on));
  }

  public FeatureGate of(Feature feature) {
    return requireNonNull(gates.get(feature));
  }

  /** In the order of {@link Feature}. */
  public Collection<FeatureGate> all() {
    return gates.values();
  }
}
