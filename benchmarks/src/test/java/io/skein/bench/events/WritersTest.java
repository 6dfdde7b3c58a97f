package io.skein.bench.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.events.StreamId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class WritersTest {
  private static final Duration TIME = Duration.ofMillis(20);

  private final StreamId first = new StreamId(new UUID(0, 1));
  private final StreamId second = new StreamId(new UUID(0, 2));
  private final Writers writers = new Writers(List.of(List.of(first), List.of(second)));

  @Test
  void countsEveryWrite() {
    LongAdder writes = new LongAdder();

    assertThat(writers.run(TIME, stream -> writes.increment())).isEqualTo(writes.sum());
  }

  @Test
  void failWhenOneOfThemFails() {
    IllegalArgumentException refused = new IllegalArgumentException("refused");

    assertThatThrownBy(() ->
            writers.run(
                TIME,
                stream -> {
                  if (stream.equals(second)) {
                    throw refused;
                  }
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasCause(refused);
  }
}
