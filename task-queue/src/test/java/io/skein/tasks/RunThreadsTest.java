package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of runs when the machine gives no more threads. */
@Timeout(30)
final class RunThreadsTest {
  private final AtomicBoolean exhausted = new AtomicBoolean();

  @Test
  void aJobThatGotNoThreadIsRefusedAndNeverRuns() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch later = new CountDownLatch(1);
    try (RunThreads threads = new RunThreads(this::thread)) {
      exhausted.set(true);
      assertThatThrownBy(() -> threads.execute(ran::incrementAndGet))
          .isInstanceOf(IllegalThreadStateException.class);
      exhausted.set(false);
      threads.execute(later::countDown);
      assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(ran).hasValue(0);
  }

  @Test
  void aFactoryThatThrowsLeavesTheNextJobItsThread() throws Exception {
    CountDownLatch later = new CountDownLatch(1);
    try (RunThreads threads =
        new RunThreads(work -> {
          if (exhausted.get()) {
            throw new IllegalStateException("no more threads");
          }
          return thread(work);
        })) {
      exhausted.set(true);
      assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(IllegalStateException.class);
      exhausted.set(false);
      threads.execute(later::countDown);
      assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aThreadThatCannotWakeAnotherDoesAllThatWaits() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(3);
    try (RunThreads threads =
        new RunThreads(work ->
            thread(() -> {
              awaitUninterrupted(go);
              work.run();
            }))) {
      for (int job = 0; job < 3; job++) {
        threads.execute(done::countDown);
      }
      exhausted.set(true);
      go.countDown();
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** One that cannot be started any more is what a machine without threads comes to. */
  private Thread thread(Runnable work) {
    Thread thread = Thread.ofPlatform().daemon().unstarted(work);
    if (exhausted.get()) {
      Thread over = Thread.ofPlatform().start(() -> {});
      awaitEnd(over);
      return over;
    }
    return thread;
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
