package io.skein.discovery.csv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RefusalTest {
  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("empty_file", text("")),
        Arguments.of("empty_file", text("\uFEFF\n \r\n")),
        Arguments.of("not_csv", text("%PDF-1.7\n1 0 obj, x")),
        Arguments.of("not_csv", text("PK\u0003\u0004\u0014\u0000\u0006")),
        Arguments.of("not_csv", text("{\"hosts\": [1, 2]}")),
        Arguments.of("not_csv", text("<!DOCTYPE html><p>a, b")),
        Arguments.of("nul_byte", text("host,os\na,b\u0000c\n")),
        Arguments.of("nul_byte", text("host,os\na,\"b\u0000c\"\n")),
        Arguments.of("unsupported_encoding", "host,os\na,b\n".getBytes(StandardCharsets.UTF_16)),
        Arguments.of("unsupported_encoding", "host,os\na,b\n".getBytes(StandardCharsets.UTF_16LE)),
        Arguments.of(
            "unsupported_encoding", "host,os\na,b\n".getBytes(Charset.forName("UTF-32LE"))),
        Arguments.of("headers_only", text("host,os,ip\n")),
        Arguments.of("headers_only", text("host,os,ip\n,,\n\n")),
        Arguments.of("one_column", text("hostname\nweb1\nweb2\n")),
        Arguments.of("too_many_columns", text(wide(5_000))),
        Arguments.of("cell_too_large", text("host,os\nweb1," + "x".repeat(10 << 20) + "\n")),
        Arguments.of("cell_too_large", text("host,os\nweb1,\"" + "x".repeat(10 << 20) + "\"\n")),
        Arguments.of("row_too_large", text("x".repeat(10 << 20))),
        Arguments.of(
            "row_too_large", text("host,os\n" + ("," + "x".repeat(900_000)).repeat(10) + "\n")),
        Arguments.of("unclosed_quote", text("host,os\n\"web1,linux\nweb2,linux\n")),
        Arguments.of(
            "unclosed_quote",
            text("host,os\nweb0,linux\n\"web1,linux\n" + "web2,linux\n".repeat(200_000))),
        Arguments.of("broken_quotes", text("\"ho\"st,os\nweb1,linux\n")));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void saysWhatIsWrongAndWhatToDo(String code, byte[] bytes) {
    Refusal refusal = new ScanFixture(bytes, CsvLimits.DEFAULT).refusal();

    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.detail()).matches("(?s).*(Export|upload).*\\.");
  }

  @org.junit.jupiter.api.Test
  void anUnclosedQuoteIsNamedByItsLine() {
    Refusal refusal = ScanFixture.of("host,os\nweb0,linux\nweb1,\"linux\nweb2,linux\n").refusal();

    assertThat(refusal.detail()).contains("line 3").contains("cell 2");
  }

  private static String wide(int columns) {
    String header =
        IntStream.range(0, columns).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    return header + "\n" + header + "\n";
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
