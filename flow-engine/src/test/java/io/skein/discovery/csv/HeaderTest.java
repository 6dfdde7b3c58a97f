package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HeaderTest {
  @Test
  void emptyAndRepeatedNamesAreReplacedAndRemarkedOn() {
    Scanned scanned = ScanFixture.of("name,,Name, name_2 ,name\na,b,c,d,e\n").scanned();

    assertThat(scanned.layout().header().names())
        .containsExactly("name", "column_2", "Name_3", "name_2", "name_4");
    assertThat(scanned.headerWarnings())
        .hasSize(3)
        .allSatisfy(warning -> assertThat(warning.row()).isZero());
  }

  @Test
  void trailingColumnsWithoutNameAndValueAreDropped() {
    ScanFixture scan = ScanFixture.of("host,os,,\na,b,,\nc,d\n");

    assertThat(scan.scanned().layout().header().names()).containsExactly("host", "os");
    assertThat(scan.cells()).containsExactly(List.of("a", "b"), List.of("c", "d"));
  }

  @Test
  void aTrailingColumnWithoutNameButWithValuesStays() {
    assertThat(ScanFixture.of("host,os,,\na,b,,x\n").scanned().layout().header().names())
        .containsExactly("host", "os", "column_3", "column_4");
  }

  @Test
  void namesMaySpanLines() {
    assertThat(ScanFixture.of("\"Memory\n(GB)\",os\n1,b\n").scanned().layout().header().names())
        .containsExactly("Memory (GB)", "os");
  }

  @Test
  void aFileWithoutHeaderKeepsItsFirstRow() {
    ScanFixture scan = ScanFixture.of("web1,10.0.0.1,4\nweb2,10.0.0.2,8\n");

    assertThat(scan.scanned().layout().header().names())
        .containsExactly("column_1", "column_2", "column_3");
    assertThat(scan.rows()).extracting(Row::number).containsExactly(1L, 2L);
    assertThat(scan.scanned().headerWarnings()).hasSize(1);
  }
}
