package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DialectTest {
  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void findsTheDelimiter(String delimiter) {
    ScanFixture scan =
        ScanFixture.of("host|os|apps\nweb1|linux|crm\nweb2|linux|\n".replace("|", delimiter));

    assertThat(scan.scanned().layout().dialect().delimiter()).isEqualTo(delimiter.charAt(0));
    assertThat(scan.cells())
        .containsExactly(List.of("web1", "linux", "crm"), List.of("web2", "linux", ""));
  }

  @Test
  void decimalCommasDoNotMakeAComma() {
    ScanFixture scan = ScanFixture.of("Name;Speicher, GB;Preis\nweb1;1,5;2,50\nweb2;3,5;1,00\n");

    assertThat(scan.cells().getFirst()).containsExactly("web1", "1,5", "2,50");
  }

  @Test
  void listsInCellsDoNotMakeASemicolon() {
    ScanFixture scan = ScanFixture.of("host,apps\nweb1,a;b;c\nweb2,d;e;f\n");

    assertThat(scan.cells().getFirst()).containsExactly("web1", "a;b;c");
  }

  @Test
  void quotedCellsMayHoldAnyDelimiter() {
    ScanFixture scan =
        ScanFixture.of(
            "host;note;os\n\"web1\";\"a, b, c\";\"x | y\"\n\"web2\";\"d, e, f;\";\"z\"\n");

    assertThat(scan.cells())
        .containsExactly(List.of("web1", "a, b, c", "x | y"), List.of("web2", "d, e, f;", "z"));
  }

  @Test
  void singleQuotesAreFoundWhenNothingElseQuotes() {
    ScanFixture scan = ScanFixture.of("'host','os'\n'web1','a,b'\n'web2','it''s'\n");

    assertThat(scan.cells()).containsExactly(List.of("web1", "a,b"), List.of("web2", "it's"));
    assertThat(
            ScanFixture.of("host,note\nweb1,it's\nweb2,'tis\n")
                .scanned()
                .layout()
                .dialect()
                .quote())
        .isEqualTo('"');
  }

  @Test
  void aSpreadsheetsDeclarationIsObeyed() {
    ScanFixture scan = ScanFixture.of("sep=;\r\nhost;a,b\r\nweb1;x,y\r\n");

    assertThat(scan.scanned().layout().header().names()).containsExactly("host", "a,b");
    assertThat(scan.rows().getFirst().line()).isEqualTo(3);
  }

  @Test
  void readsUtf8WithAndWithoutMark() {
    assertThat(ScanFixture.of("\uFEFFhôte,système\nweb1,été\n").scanned().layout().header().names())
        .containsExactly("hôte", "système");
    assertThat(ScanFixture.of("ホスト名,環境\nweb1,本番\n").cells().getFirst())
        .containsExactly("web1", "本番");
  }

  @Test
  void readsLatin1AndWindows1252() {
    byte[] bytes = "Gerät;Größe\nMünchen-1;5 €\n".getBytes(Charset.forName("windows-1252"));
    ScanFixture scan = new ScanFixture(bytes, CsvLimits.DEFAULT);

    assertThat(scan.scanned().layout().dialect().encoding()).isEqualTo(Encoding.WINDOWS_1252);
    assertThat(scan.cells().getFirst()).containsExactly("München-1", "5 €");
  }

  @Test
  void oneCellInAnotherEncodingIsReadAndRemarkedOn() {
    byte[] text =
        "host,site\nweb1,Zürich\nweb2,Genève\nweb3,K?ln\n".getBytes(StandardCharsets.UTF_8);
    text[new String(text, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) 0xf6;
    ScanFixture scan = new ScanFixture(text, CsvLimits.DEFAULT);

    assertThat(scan.cells()).extracting(List::getLast).containsExactly("Zürich", "Genève", "Köln");
    assertThat(scan.errors())
        .singleElement()
        .satisfies(error -> assertThat(error.severity()).isEqualTo(RowError.Severity.WARNING));
  }
}
