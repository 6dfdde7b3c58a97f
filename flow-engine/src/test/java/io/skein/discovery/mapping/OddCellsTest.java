package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever stands in the cells, the proposal is made: a cell never fails an import. */
class OddCellsTest {
  private static final int FILES = 3_000;
  private static final int ROWS = 8;

  private static final List<String> HEADERS =
      List.of(
          "Hostname",
          "FQDN",
          "IP",
          "Environment",
          "OS",
          "OS Version",
          "CPU",
          "RAM (GB)",
          "Disk",
          "Site",
          "Owner",
          "Status",
          "Type",
          "Applications",
          "Depends on",
          "VM Host",
          "Serial",
          "Betriebssystem",
          "数量",
          "x");

  private static final List<String> CELLS =
      List.of(
          "32,5",
          "1.024,50",
          "1,024",
          "99999999999999999999999999",
          "-0",
          "-1",
          "+5",
          "1e400",
          "NaN",
          "Infinity",
          "0x1F",
          "٣٢",
          "１６",
          "½",
          "1;2;3",
          ",",
          ";;",
          "|",
          "4 x 8",
          "999.999.999.999",
          "1.2.3.4/99",
          "::1",
          ":::::",
          "fe80::%eth0",
          "0000-00-00",
          "31/02/2020",
          "2020-13-45",
          "12/13/99999",
          "4294967296",
          "#REF!",
          "=1+1",
          "%s%n",
          "\u202Esrv",
          "\uD83D\uDE00",
          "\uD83D",
          "é",
          "a".repeat(5_000),
          "1".repeat(400),
          "(".repeat(200),
          "Windows Server 99999999999",
          "CentOS 9999999999999999999",
          "Linux 99999999999.1",
          "7.9.9.9.9.9.9.9",
          "2012R2",
          "n/a",
          "");

  @Test
  void aProposalIsMade() {
    Random random = new Random(32_5);
    for (int file = 0; file < FILES; file++) {
      int columns = 2 + random.nextInt(5);
      String csv =
          IntStream.rangeClosed(0, ROWS)
              .mapToObj(row ->
                  IntStream.range(0, columns)
                      .mapToObj(column -> row == 0 ? header(random) + column : cell(random))
                      .collect(Collectors.joining("\t")))
              .collect(Collectors.joining("\n", "", "\n"));
      assertThat(Files.text(csv).columns()).hasSize(columns);
    }
  }

  private static String header(Random random) {
    return HEADERS.get(random.nextInt(HEADERS.size()));
  }

  private static String cell(Random random) {
    return CELLS.get(random.nextInt(CELLS.size()));
  }
}
