package io.skein.telemetry.series;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
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
    assertThat(LogBuckets.of(Double.NaN)).isZero();
    assertThat(LogBuckets.valueOf(0)).isZero();
    assertThat(LogBuckets.of(Double.MAX_VALUE)).isEqualTo(LogBuckets.COUNT - 1);
    assertThat(LogBuckets.valueOf(LogBuckets.of(0.005))).isCloseTo(0.005, within(0.0001));
  }

  @Test
  void whatIsBelowNothingHasBucketsOfItsOwnInTheOrderOfTheValues() {
    assertThat(LogBuckets.valueOf(LogBuckets.of(-0.005))).isCloseTo(-0.005, within(0.0001));
    Figures figures =
        Figures.seen(-8).plus(Figures.seen(-2)).plus(Figures.seen(0)).plus(Figures.seen(4));
    Map<Map<String, String>, Figures> byTags = Map.of(Map.of(), figures);
    PartText.Content content = new PartText.Content(SeriesKind.GAUGE, byTags);
    Figures read = requireNonNull(PartText.read(PartText.write(content)).byTags().get(Map.of()));
    assertThat(read).isEqualTo(figures);
    assertThat(read.buckets().quantile(0.25)).isCloseTo(-8, within(0.2));
    assertThat(read.buckets().quantile(0.50)).isCloseTo(-2, within(0.1));
    assertThat(read.buckets().quantile(0.75)).isZero();
    assertThat(read.buckets().quantile(0.99)).isCloseTo(4, within(0.1));
  }
}
