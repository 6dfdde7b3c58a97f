package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatcherTest {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\n\r\ndata: {\"at\":\"~1000~\"}\n\ndata: {\"at\":\"~1500~\"}\n\n";

  private final Watcher watcher = new Watcher(new byte[0]);
  private Arrivals arrivals;

  @TempDir private Path folder;

  @BeforeEach
  void share() {
    arrivals = new Arrivals(new SharedCount(folder.resolve("count")));
  }

  @Test
  void findsStampsInWhateverPiecesTheyCome() {
    for (byte one : ANSWER.getBytes(US_ASCII)) {
      assertThat(watcher.read(new byte[] {one}, 1, 2_000, arrivals)).isTrue();
    }

    LoadFigures figures = arrivals.figures(1, 0);
    assertThat(watcher.granted()).isTrue();
    assertThat(figures.deliveries()).isEqualTo(2);
    assertThat(figures.p50Micros()).isEqualTo(500);
    assertThat(figures.maxMicros()).isEqualTo(1_000);
  }

  @Test
  void seesARefusal() {
    byte[] refusal = "HTTP/1.1 503 Service Unavailable".getBytes(US_ASCII);

    assertThat(watcher.read(refusal, refusal.length, 0, arrivals)).isFalse();
    assertThat(watcher.granted()).isFalse();
  }
}
