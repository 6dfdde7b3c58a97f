package io.skein.bench.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.bench.load.LoadFigures;
import io.skein.bench.load.LoadGenerator;
import io.skein.bench.load.Stamp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two processes against which everything is measured. */
class LoadGeneratorTest {
  private static final int STREAMS = 50;
  private static final int EVENTS = 20;

  @TempDir private Path folder;

  @Test
  void countsEachDeliveryOnce() {
    try (LoadGenerator load = LoadGenerator.start(folder);
        Contender server =
            HttpContender.java("dumb", "io.skein.bench.sse.DumbServerMain", List.of(), folder)) {
      load.open(STREAMS, server.port(), server.requests());
      load.mark();
      for (int number = 0; number < EVENTS; number++) {
        server.publish(Stamp.now(Clock.systemUTC()));
      }

      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(load.deliveries()).isEqualTo(STREAMS * EVENTS));
      LoadFigures figures = load.read();
      assertThat(figures.open()).isEqualTo(STREAMS);
      assertThat(figures.maxMicros()).isPositive();
      load.closeStreams();
      assertThat(load.read().open()).isZero();
    }
  }
}
