package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.telemetry.series.KeptReads.Kept;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeptReadsTest {
  private final KeptReads reads = new KeptReads();

  @Test
  void aThirdQuestionAtOnceIsToldSoAfterAMoment() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(2);
    CountDownLatch answered = new CountDownLatch(1);
    Thread[] slow = new Thread[2];
    for (int i = 0; i < slow.length; i++) {
      slow[i] =
          Thread.ofVirtual()
              .start(() ->
                  reads.ask(() -> {
                    asked.countDown();
                    return waited(answered);
                  }));
    }
    asked.await();
    long begin = System.nanoTime();
    assertThat(reads.ask(() -> 3))
        .isInstanceOfSatisfying(
            Kept.Missing.class,
            missing -> assertThat(missing.reason()).contains("too many questions"));
    assertThat(System.nanoTime() - begin).isBetween(100_000_000L, 2_000_000_000L);
    answered.countDown();
    for (Thread thread : slow) {
      thread.join();
    }
    assertThat(reads.ask(() -> 4)).isEqualTo(new Kept.Found<>(4));
  }

  @Test
  void aQuestionThatFailsIsToldSoAndFreesItsPlace() {
    for (int i = 0; i < 5; i++) {
      assertThat(
              reads.ask(() -> {
                throw new IllegalStateException("no connection");
              }))
          .isEqualTo(new Kept.Missing<>("PostgreSQL does not answer"));
    }
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
