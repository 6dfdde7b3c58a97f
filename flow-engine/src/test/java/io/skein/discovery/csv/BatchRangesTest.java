package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BatchRangesTest {
  private static final String[] PIECES = {
    "web", " ", ",", ";", "\"", "\n", "\r\n", "ü", "本", "1", "x-y", ""
  };
  private static final CsvLimits SMALL = new CsvLimits(50, 10_000, 100_000, 7, 300);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void whatFastCsvWritesIsReadTheSameInOrderAndInEveryRange(int seed) {
    Random random = new Random(seed);
    int columns = 2 + random.nextInt(8);
    List<List<String>> written = new ArrayList<>();
    for (int row = 0; row < 200; row++) {
      written.add(
          IntStream.range(0, columns)
              .mapToObj(i -> i == 0 ? "host" + random.nextInt() : cell(random))
              .toList());
    }
    String text = write(columns, written, random);

    ScanFixture scan = new ScanFixture(text.getBytes(StandardCharsets.UTF_8), SMALL);

    assertThat(readByFastCsv(text)).containsExactlyElementsOf(written);
    for (int row = 0; row < written.size(); row++) {
      assertThat(scan.cells().get(row)).isEqualTo(written.get(row));
    }
    assertThat(scan.rows()).hasSameSizeAs(written);
    assertThat(scan.errors()).isEmpty();
    assertContiguous(scan);
  }

  /**
   * Damage at random places: the scan must end, and every range must read like the scan (the
   * fixture compares).
   */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
  void damagedFilesReadTheSameInEveryRange(int seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      List<List<String>> written = new ArrayList<>();
      for (int row = 0; row < 60; row++) {
        written.add(List.of("host" + row, cell(random), cell(random)));
      }
      StringBuilder text = new StringBuilder(write(3, written, random));
      for (int damage = 0; damage < 6; damage++) {
        text.insert(20 + random.nextInt(text.length() - 20), PIECES[2 + random.nextInt(6)]);
      }
      ScanFixture scan = new ScanFixture(text.toString().getBytes(StandardCharsets.UTF_8), SMALL);
      if (scan.outcome instanceof Scanned scanned) {
        assertContiguous(scan);
        assertThat(scanned.accepted()).isEqualTo(scan.rows().size());
        assertThat(scanned.rejected())
            .isEqualTo(
                scan.errors().stream()
                    .filter(error -> error.severity() == RowError.Severity.REJECTED)
                    .count());
      }
    }
  }

  @Test
  void aLargeFileStreamsInBatchesOfAThousand() throws IOException {
    int rows = 100_000;
    List<Batch> batches = new ArrayList<>();

    ScanOutcome outcome =
        CsvScanner.<RuntimeException>scan(
            new Generated(rows), CsvLimits.DEFAULT, parsed -> batches.add(parsed.batch()));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Scanned.class,
            scanned -> {
              assertThat(scanned.rows()).isEqualTo(rows);
              assertThat(scanned.batches()).isEqualTo(100);
              assertThat(scanned.sample()).hasSizeBetween(400, 600);
              assertThat(scanned.sample().getLast().number()).isGreaterThan(rows * 9 / 10);
            });
    assertThat(batches).hasSize(100).allMatch(batch -> batch.rows() == 1_000);
  }

  private static void assertContiguous(ScanFixture scan) {
    long expectedRow = 1;
    long expectedByte = scan.batches.getFirst().batch().byteFrom();
    for (ParsedBatch parsed : scan.batches) {
      assertThat(parsed.batch().firstRow()).isEqualTo(expectedRow);
      assertThat(parsed.batch().byteFrom()).isEqualTo(expectedByte);
      assertThat(parsed.batch().rows()).isBetween(1, 7);
      expectedRow += parsed.batch().rows();
      expectedByte = parsed.batch().byteTo();
    }
    assertThat(expectedRow - 1).isEqualTo(scan.scanned().rows());
    assertThat(expectedByte).isLessThanOrEqualTo(scan.bytes.length);
  }

  private static String cell(Random random) {
    StringBuilder cell = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      cell.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return cell.toString();
  }

  private static String write(int columns, List<List<String>> rows, Random random) {
    StringWriter text = new StringWriter();
    CsvWriter writer =
        CsvWriter.builder()
            .quoteStrategy(random.nextBoolean() ? QuoteStrategies.ALWAYS : QuoteStrategies.REQUIRED)
            .lineDelimiter(random.nextBoolean() ? LineDelimiter.LF : LineDelimiter.CRLF)
            .build(text);
    writer.writeRecord(IntStream.range(0, columns).mapToObj(i -> "name" + i).toList());
    rows.forEach(writer::writeRecord);
    try {
      writer.flush();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return text.toString();
  }

  private static List<List<String>> readByFastCsv(String text) {
    return CsvReader.builder().ofCsvRecord(text).stream()
        .skip(1)
        .map(CsvRecord::getFields)
        .toList();
  }

  /** A file that never exists as a whole. */
  private static final class Generated extends InputStream {
    private final int rows;
    private int row = -1;
    private InputStream current = InputStream.nullInputStream();

    Generated(int rows) {
      this.rows = rows;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = current.read(bytes, offset, length);
      while (read <= 0 && row < rows) {
        String line =
            row < 0
                ? "hostname,ip,os,apps,note\n"
                : "web"
                    + row
                    + ",10.1."
                    + row / 250 % 250
                    + "."
                    + row % 250
                    + ",Debian 12,\"a,b\",\"two\nlines\"\n";
        row++;
        current = new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8));
        read = current.read(bytes, offset, length);
      }
      return read;
    }
  }
}
