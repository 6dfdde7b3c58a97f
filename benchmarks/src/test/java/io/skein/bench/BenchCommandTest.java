package io.skein.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  @ParameterizedTest
  @CsvSource({"events, 'T5, T6'", "sse, 'T7, T8'"})
  void refusesAnUnknownTargetAndNamesTheKnown(String command, String known) {
    StringWriter error = new StringWriter();
    CommandLine bench = new CommandLine(new BenchCommand()).setErr(new PrintWriter(error));

    assertThat(bench.execute(command, "--only", "T99")).isEqualTo(2);
    assertThat(error.toString()).contains("'--only'", "[" + known + "]", "'T99'");
  }

  /** They would measure nothing, and meet every target. */
  @ParameterizedTest
  @CsvSource({
    "events, --rounds, 0",
    "tasks, --rounds, 0",
    "cache, --rounds, -1",
    "limits, --seconds, 0",
    "overhead, --rounds, many",
    "sse, --connections, 0",
    "tasks, --tasks, 0",
  })
  void refusesNumbersThatMeasureNothing(String command, String option, String number) {
    StringWriter error = new StringWriter();
    CommandLine bench = new CommandLine(new BenchCommand()).setErr(new PrintWriter(error));

    assertThat(bench.execute(command, option, number)).isEqualTo(2);
    assertThat(error.toString()).contains("'" + option + "'", "'" + number + "'", "at least 1");
  }
}
