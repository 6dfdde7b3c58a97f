package io.skein.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.KeySpace;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** An old state does not come back, whatever is late or lost. */
class LateWritesTest extends OnTwoInstances {
  @Test
  void aDelayedReaderWithAnOldStateIsRefused() throws Exception {
    CacheStatistics slow = delayedLoad(() -> truth.relay(both.redis, truth.commit()));
    assertThat(slow.redis().refusedWrites()).isEqualTo(1);
    assertThat(inRedis()).containsEntry("version", "2").doesNotContainKey("data");
    await().until(() -> both.read(both.one).version() == 2);
    await().until(() -> both.read(both.two).version() == 2);
  }

  @Test
  void aFillThatWasDelayedOverFlushallLeavesOnlyATombstone() throws Exception {
    CacheStatistics slow =
        delayedLoad(() -> {
          truth.relay(both.redis, truth.commit());
          server.flush();
        });
    assertThat(slow.redis().refusedWrites()).isEqualTo(1);
    assertThat(inRedis()).containsOnlyKeys(KeySpace.STATE_EPOCH, KeySpace.STATE_VERSION);
    assertThat(both.read(both.third(truth)).version()).isEqualTo(2);
  }

  @Test
  void aWriteThatWasDelayedOverFlushallLeavesOnlyATombstone() {
    StateVersion second = truth.commit();
    StateVersion third = truth.commit();
    truth.relay(both.redis, third);
    server.flush();
    assertThat(both.one.put(flow, Truth.state(second))).isEqualTo(PutOutcome.VERSION_TOLD);
    assertThat(both.one.put(flow, Truth.state(second)))
        .as("what a late write left proves nothing to the next one")
        .isEqualTo(PutOutcome.VERSION_TOLD);
    assertThat(inRedis()).containsEntry("version", "2").doesNotContainKey("data");
    assertThat(both.read(both.third(truth))).isEqualTo(third);
  }

  @Test
  void theHigherVersionWinsAmongWrites() {
    StateVersion second = truth.commit();
    StateVersion third = truth.commit();
    assertThat(both.one.put(flow, Truth.state(third))).isEqualTo(PutOutcome.KEPT);
    assertThat(both.two.put(flow, Truth.state(second))).isEqualTo(PutOutcome.OUTDATED);
    int loads = truth.loads();
    await().until(() -> both.read(both.two).equals(third));
    assertThat(truth.loads()).as("it need not be loaded").isEqualTo(loads);
  }

  @Test
  void aWriteAfterTheRelayToldItsVersionSparesTheLoad() {
    StateVersion second = truth.commit();
    truth.relay(both.redis, second);
    assertThat(both.one.put(flow, Truth.state(second))).isEqualTo(PutOutcome.KEPT);
    int loads = truth.loads();
    assertThat(both.read(both.one)).isEqualTo(second);
    assertThat(truth.loads()).isEqualTo(loads);
  }

  @Test
  void whoWasToldOfAChangeByItsEventGetsIt() {
    StateVersion second = truth.commit();
    truth.relay(both.redis, second); // the same script publishes the event
    assertThat(both.read(both.one, second.version())).isEqualTo(second);
    assertThat(both.read(both.two, second.version())).isEqualTo(second);
  }

  @Test
  void anInvalidationInFlightEndsTheNearEntryOfAReadThatBeganBeforeIt() throws Exception {
    Pause pause = new Pause();
    try (TwoInstances paused =
            new TwoInstances(server, TwoInstances.SETTINGS, null, pause).follow();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      StateVersion first = paused.truth.version();
      paused.pass(TwoInstances.SETTINGS.near().timeToLive());
      pause.armed = true;
      Future<StateVersion> reading = executor.submit(() -> paused.read(paused.one));
      pause.reached.await();
      StateVersion second = paused.truth.commit();
      paused.truth.relay(paused.redis, second);
      await().until(() -> paused.read(paused.two).equals(second)); // the message has gone out
      pause.proceed.countDown();
      assertThat(reading.get()).as("it began before").isEqualTo(first);
      await().until(() -> paused.read(paused.one).equals(second));
    }
  }

  /** Holds up one read that has found its state and has not kept it near yet. */
  private static final class Pause implements Step.Listener {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch proceed = new CountDownLatch(1);
    volatile boolean armed;

    @Override
    public void reached(Step step, String id) {
      if (armed && step == Step.SEEN) {
        armed = false;
        reached.countDown();
        awaitQuietly(proceed);
      }
    }
  }

  @Test
  void aLostInvalidationIsMadeGoodByTheSweepAndNobodyGoesBack() {
    StateVersion second = truth.commit();
    assertThat(both.read(both.one, second.version())).as("who knows of it").isEqualTo(second);
    server.flush();
    StateVersion third = truth.commit(); // its relay is lost
    assertThat(both.read(both.one, third.version())).isEqualTo(third);
    assertThat(both.read(both.one)).isEqualTo(third);
    both.pass(TwoInstances.SETTINGS.near().timeToLive());
    assertThat(both.read(both.two)).as("near entries are short-lived").isEqualTo(third);
    StateVersion fourth = truth.commit(); // lost as well
    truth.relay(both.redis, fourth); // the sweep
    await().until(() -> both.read(both.one).equals(fourth) && both.read(both.two).equals(fourth));
  }

  @Test
  void afterACrashBetweenCommitAndInvalidationTheSweepEndsTheOldState() {
    StateVersion second = truth.commit(); // the process dies here
    assertThat(both.read(both.two)).as("told by nobody").isEqualTo(new StateVersion(1, 1));
    assertThat(both.two.invalidate(flow, second)).isEqualTo(PutOutcome.VERSION_TOLD);
    await().until(() -> both.read(both.one).equals(second));
    assertThat(both.read(both.two)).isEqualTo(second);
  }

  @Test
  void nearEntriesDoNotCountOnceTheSubscriptionWasLost() {
    StateVersion second = truth.commit();
    both.cutSubscriptions();
    truth.relay(both.redis, second);
    await().until(() -> both.read(both.one).equals(second));
    await().until(() -> both.read(both.two).equals(second));
    await().until(() -> both.isNear(both.one));
  }

  private Map<String, String> inRedis() {
    return both.redis.jedis().hgetAll(both.key());
  }

  /** An old state is loaded by a third instance, then the rest happens, then its fill arrives. */
  private CacheStatistics delayedLoad(Runnable meanwhile) throws Exception {
    server.flush();
    CountDownLatch loaded = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    StateCache<UUID, String> slow =
        both.third(id -> {
          var old = truth.load(id);
          loaded.countDown();
          awaitQuietly(proceed);
          return old;
        });
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> reading = executor.submit(() -> slow.get(flow));
      loaded.await();
      meanwhile.run();
      proceed.countDown();
      reading.get();
    }
    return slow.statistics();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
