package io.skein.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  private final StringWriter text = new StringWriter();
  private final Report report = new Report(new PrintWriter(text), new Machine());

  @TempDir private Path folder;

  @Test
  void endsWithALineForEachTarget() {
    report.target(new Target("T5", "p50=3ms", "<=5ms", true));
    report.target(new Target("T6", "10/s", ">=40,000/s", false));

    assertThat(report.finish("events", CLOCK, null)).isEqualTo(1);
    assertThat(text.toString().lines().toList())
        .endsWith("T5 p50=3ms <=5ms met", "T6 10/s >=40,000/s missed");
  }

  @Test
  void takesTheMiddleOfTheRoundsAndWritesThemAll() {
    report.add("rate", 5, "/s");
    report.add("rate", 100, "/s");
    report.add("rate", 7, "/s");
    Path file = folder.resolve("figures.json");

    assertThat(report.median("rate")).isEqualTo(7);
    assertThat(report.finish("events", CLOCK, file)).isZero();

    JsonNode rate = JsonMapper.shared().readTree(file.toFile()).get("figures").get(0);
    assertThat(rate.get("rounds").toString()).isEqualTo("[5.0,100.0,7.0]");
    assertThat(rate.get("least").asDouble()).isEqualTo(5);
    assertThat(rate.get("most").asDouble()).isEqualTo(100);
  }

  @Test
  void theWorstRoundIsTheOneFurthestFromWhatWasWanted() {
    report.add("arrived", 100, "%");
    report.add("arrived", 99.9999, "%");

    assertThat(report.worst("arrived", 100)).isEqualTo(99.9999);
    report.add("arrived", 100.5, "%");
    assertThat(report.worst("arrived", 100)).isEqualTo(100.5);
    assertThat(Report.percent(99.9999)).isEqualTo("99.9999%");
    assertThat(Report.percent(100)).isEqualTo("100%");
  }
}
