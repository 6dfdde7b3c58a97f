package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LogBucketsTest {
  @Test
  void everyValueIsNearTheOneThatStandsForItsBucket() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    for (int i = 0; i < 1_000_000; i++) {
      double value = Math.scalb(1 + random.nextDouble(), random.nextInt(-30, 40));
      double answered = LogBuckets.valueOf(LogBuckets.of(value));
      assertThat(Math.abs(answered - value) / value)
          .as("%s answered as %s", value, answered)
          .isLessThanOrEqualTo(LogBuckets.RELATIVE_ERROR + 1e-12);
    }
  }

  @Test
  void whatIsOutOfRangeIsAtItsEnd() {
    assertThat(LogBuckets.of(0)).isZero();
    assertThat(LogBuckets.of(-1)).isZero();
    assertThat(LogBuckets.of(Double.NaN)).isZero();
    assertThat(LogBuckets.valueOf(0)).isZero();
    assertThat(LogBuckets.of(Double.MAX_VALUE)).isEqualTo(LogBuckets.COUNT - 1);
    assertThat(LogBuckets.valueOf(LogBuckets.of(0.005))).isCloseTo(0.005, within(0.0001));
  }
}
