package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time limits on a machine that has no more threads for a while. */
@Timeout(120)
final class TimeLimitWatchTest {

  @Test
  void aRunThatNobodyTakesAtItsHardLimitIsOfferedAgain() throws Exception {
    AtomicBoolean refused = new AtomicBoolean();
    CountDownLatch givenUp = new CountDownLatch(1);
    try (Servers servers = Servers.fresh();
        TimeLimitWatch limits =
            new TimeLimitWatch(run -> {
              if (refused.compareAndSet(false, true)) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              givenUp.countDown();
            })) {
      TaskId id =
          servers.queue.enqueue(
              NewTask.of("q", "t", "{}")
                  .withLimits(new TimeLimits(Duration.ofMillis(10), Duration.ofMillis(30))));
      try (var watch = limits.watch(new Run(servers.task(id), 1))) {
        assertThat(givenUp.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(watch).isNotNull();
      }
    }
    assertThat(refused).isTrue();
  }
}
