package io.skein.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two instances with one limit, and clients of every temper that use both. On a machine that is too
 * busy for Redis to answer in time some decisions are local; those are not Redis's, and not judged.
 */
@Tag("long")
class TwoInstancesTest {
  private static final int LIMIT = 100;
  private static final Duration WINDOW = Duration.ofMillis(1_500);
  private static final Duration SPAN = WINDOW.multipliedBy(4);

  private final Policy policy = Policy.of("user", LIMIT, WINDOW);
  private final List<RedisConnections> connections = new ArrayList<>();
  private final List<RateLimiter> instances = new ArrayList<>();

  @BeforeEach
  void open() {
    String prefix = "limits" + UUID.randomUUID();
    for (int instance = 0; instance < 2; instance++) {
      RedisConnections redis =
          RedisConnections.open(
              RedisSettings.of(TestServers.redis().url()).withKeyPrefix(prefix), "limits-test");
      connections.add(redis);
      instances.add(new RateLimiter(redis, () -> 2));
    }
  }

  @AfterEach
  void close() {
    connections.forEach(RedisConnections::close);
  }

  /** How long a client rests before its n-th request. */
  private interface Temper {
    Duration pause(int request);
  }

  @Test
  void aGreedyClientGetsNoMoreThanTheLimitInAnyWindow() throws Exception {
    Windows.assertNoneHoldsMoreThan(LIMIT, WINDOW, admitted(4, request -> Duration.ZERO));
  }

  /** Which a fixed window or two buckets would admit twice around a boundary. */
  @Test
  void aBurstyClientGetsNoMoreThanTheLimitInAnyWindow() throws Exception {
    Random random = new Random(7);
    Windows.assertNoneHoldsMoreThan(
        LIMIT,
        WINDOW,
        admitted(
            2,
            request ->
                request % 60 == 0
                    ? Duration.ofMillis(random.nextInt((int) WINDOW.toMillis()))
                    : Duration.ZERO));
  }

  @Test
  void aSlowClientIsNeverRefused() throws Exception {
    Duration pause = WINDOW.dividedBy(LIMIT).multipliedBy(2).plusMillis(1);
    List<Duration> admitted = admitted(2, request -> pause);
    assertThat(instances).allSatisfy(one -> assertThat(one.refusals("user")).isZero());
    assertThat(admitted).as("enough to judge by").hasSizeGreaterThan(20);
  }

  /** Each of them binds for a part of the time: five bursts are more than the limit. */
  @Test
  void twoPoliciesHoldTogether() throws Exception {
    Policy burst = Policy.of("burst", 30, WINDOW.dividedBy(5));
    List<Duration> admitted = admitted(4, request -> Duration.ZERO, burst, policy);
    Windows.assertNoneHoldsMoreThan(30, WINDOW.dividedBy(5), admitted);
    Windows.assertNoneHoldsMoreThan(LIMIT, WINDOW, admitted);
  }

  private List<Duration> admitted(int threads, Temper temper) throws Exception {
    return admitted(threads, temper, policy);
  }

  private List<Duration> admitted(int threads, Temper temper, Policy... policies) throws Exception {
    Subject subject = Subject.of("ann-" + UUID.randomUUID());
    List<Future<List<Duration>>> all = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        RateLimiter instance = instances.get(thread % 2);
        Callable<List<Duration>> client = () -> run(instance, subject, temper, policies);
        all.add(executor.submit(client));
      }
    }
    List<Duration> admitted = new ArrayList<>();
    for (Future<List<Duration>> one : all) {
      admitted.addAll(one.get());
    }
    return admitted;
  }

  private static List<Duration> run(
      RateLimiter instance, Subject subject, Temper temper, Policy... policies) {
    List<Duration> admitted = new ArrayList<>();
    long end = System.nanoTime() + SPAN.toNanos();
    for (int request = 0; System.nanoTime() < end; request++) {
      LockSupport.parkNanos(temper.pause(request).toNanos());
      Decision decision = instance.tryAcquire(subject, policies);
      if (decision.allowed() && decision.source() == Decision.Source.REDIS) {
        admitted.add(decision.at());
      }
    }
    return admitted;
  }
}
