package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RowErrorTest {
  @Test
  void raggedRowsAreRejectedEachWithItsPlace() {
    ScanFixture scan =
        ScanFixture.of(
            "hostname,ip_address,os_type\nserver01,192.168.1.10\nserver02,x,Ubuntu 20.04,extra_column\nserver03\nserver04,1.1.1.1,AIX\nserver05,,,,\n");

    assertThat(scan.scanned().rows()).isEqualTo(5);
    assertThat(scan.scanned().accepted()).isEqualTo(2);
    assertThat(scan.errors())
        .extracting(RowError::row, RowError::line, RowError::column, RowError::value)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, 2L, "os_type", ""),
            org.assertj.core.groups.Tuple.tuple(2L, 3L, "column_4", "extra_column"),
            org.assertj.core.groups.Tuple.tuple(3L, 4L, "ip_address", ""));
    assertThat(scan.rows())
        .extracting(Row::number, Row::line)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(4L, 5L),
            org.assertj.core.groups.Tuple.tuple(5L, 6L));
  }

  @Test
  void blankRowsAreNoRows() {
    ScanFixture scan = ScanFixture.of("a,b\n\n1,2\n , \n\r\n3,4");

    assertThat(scan.cells()).containsExactly(List.of("1", "2"), List.of("3", "4"));
    assertThat(scan.rows()).extracting(Row::number).containsExactly(1L, 2L);
    assertThat(scan.rows()).extracting(Row::line).containsExactly(3L, 6L);
  }

  @Test
  void aQuoteNeverClosedCostsItsOwnRowOnly() {
    ScanFixture scan =
        ScanFixture.of(
            "host,site,os\nweb1,\"Paris,linux\nweb2,\"Rome, IT\",linux\nweb3,Oslo,linux\n");

    assertThat(scan.cells())
        .containsExactly(List.of("web2", "Rome, IT", "linux"), List.of("web3", "Oslo", "linux"));
    assertThat(scan.errors())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.row()).isEqualTo(1);
          assertThat(error.value()).isEqualTo("web1,\"Paris,linux");
          assertThat(error.reason()).contains("quote");
        });
  }

  @Test
  void twoStrayQuotesDoNotSwallowTheRowsBetween() {
    String between = "web,Oslo,linux\n".repeat(50);
    ScanFixture scan =
        ScanFixture.of("host,site,os\nweb1,\"Paris,linux\n" + between + "web9,Rome\",linux\n");

    assertThat(scan.rows()).hasSize(51);
    assertThat(scan.errors()).hasSize(1);
  }

  @Test
  void cellsOfSeveralLinesStayWhole() {
    ScanFixture scan =
        ScanFixture.of(
            "host,note,os\r\nweb1,\"first\r\nsecond \"\"quoted\"\"\r\nthird\",linux\r\nweb2,\"a\nb\nc\nd\ne\",aix\r\n");

    assertThat(scan.cells())
        .containsExactly(
            List.of("web1", "first\r\nsecond \"quoted\"\r\nthird", "linux"),
            List.of("web2", "a\nb\nc\nd\ne", "aix"));
    assertThat(scan.rows()).extracting(Row::line).containsExactly(2L, 5L);
  }
}
