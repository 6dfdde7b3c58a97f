package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mapping is proposed from is bounded in memory, whatever the file is like. */
class SampleTest {
  @ParameterizedTest
  @CsvSource({"1000, 600, 250", "1000, 600, 10", "1000, 5000, 1", "3, 5000, 1000"})
  void isSmallAndStillShowsTheWholeFile(int columns, int rows, int characters) throws IOException {
    List<Row> sample = sampleOf(columns, rows, characters);
    long weight =
        sample.stream()
            .flatMap(row -> row.cells().stream())
            .mapToLong(cell -> cell.length() + 40)
            .sum();
    assertThat(weight).isLessThan(3 << 20);
    assertThat(sample).hasSizeGreaterThanOrEqualTo(20);
    assertThat(sample.getFirst().number()).isEqualTo(1);
    assertThat(sample.getLast().number()).as("near the end").isGreaterThan(rows / 2);
  }

  @Test
  void hasSixHundredRowsOfAnOrdinaryFile() throws IOException {
    assertThat(sampleOf(12, 5_000, 15)).hasSizeBetween(400, 600);
  }

  private static List<Row> sampleOf(int columns, int rows, int characters) throws IOException {
    String cell = "x".repeat(characters);
    String header =
        IntStream.range(0, columns).mapToObj(c -> "column" + c).collect(Collectors.joining(","));
    String row = IntStream.range(0, columns).mapToObj(c -> cell).collect(Collectors.joining(","));
    String file = header + "\n" + (row + "\n").repeat(rows);
    byte[] bytes = file.getBytes(StandardCharsets.US_ASCII);
    Scanned scanned =
        (Scanned)
            CsvScanner.<RuntimeException>scan(
                new ByteArrayInputStream(bytes), CsvLimits.DEFAULT, batch -> {});
    return scanned.sample();
  }
}
