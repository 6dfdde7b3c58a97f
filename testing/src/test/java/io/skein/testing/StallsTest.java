package io.skein.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StallsTest {
  private final AtomicLong clock = new AtomicLong();
  private final StallMeter meter = new StallMeter(clock::get);
  private final Stalls stalls = Stalls.measuredBy(meter);
  private int rounds;

  @Test
  void whatFailsOnAMachineThatRunsFailsAtOnce() {
    assertThatThrownBy(() ->
            stalls.repeat(() -> {
              rounds++;
              beats(Duration.ofSeconds(5));
              throw new AssertionError("too late");
            }))
        .hasMessage("too late");
    assertThat(rounds).isOne();
  }

  @Test
  void aRoundThatFailedInAStallIsRepeated() {
    stalls.repeat(() -> {
      rounds++;
      if (rounds < 3) {
        stall(Duration.ofMillis(300));
        throw new AssertionError("too late");
      }
    });
    assertThat(rounds).isEqualTo(3);
  }

  @Test
  void fiveRoundsAreEnough() {
    assertThatThrownBy(() ->
            stalls.repeat(() -> {
              rounds++;
              stall(Duration.ofSeconds(1));
              throw new IllegalStateException("too late");
            }))
        .hasMessage("too late");
    assertThat(rounds).isEqualTo(5);
  }

  @Test
  void anInterruptEndsIt() {
    assertThatThrownBy(() ->
            stalls.repeat(() -> {
              rounds++;
              stall(Duration.ofSeconds(1));
              throw new InterruptedException("out of time");
            }))
        .isInstanceOf(InterruptedException.class);
    assertThat(rounds).isOne();
  }

  @Test
  void aStallBeforeTheRoundIsNoExcuse() {
    stall(Duration.ofSeconds(10));
    assertThatThrownBy(() ->
            stalls.repeat(() -> {
              rounds++;
              beats(Duration.ofMillis(100));
              throw new AssertionError("wrong");
            }))
        .hasMessage("wrong");
    assertThat(rounds).isOne();
  }

  @Test
  void aShortStallIsNoExcuseForALongRound() {
    assertThatThrownBy(() ->
            stalls.repeat(() -> {
              rounds++;
              stall(Duration.ofMillis(300));
              beats(Duration.ofMinutes(1));
              throw new AssertionError("wrong");
            }))
        .hasMessage("wrong");
    assertThat(rounds).isOne();
  }

  @Test
  void manySmallDelaysAddUp() {
    long mark = meter.now();
    for (int i = 0; i < 5; i++) {
      stall(Duration.ofMillis(60));
    }
    assertThat(meter.stalledSince(mark)).isBetween(Duration.ofMillis(250), Duration.ofMillis(350));
  }

  private void beats(Duration time) {
    for (long left = time.toMillis(); left > 0; left -= 10) {
      clock.addAndGet(Duration.ofMillis(10).toNanos());
      meter.beat();
    }
  }

  /** The meter's thread comes late, as all others do. */
  private void stall(Duration time) {
    clock.addAndGet(time.toNanos());
    meter.beat();
  }
}
