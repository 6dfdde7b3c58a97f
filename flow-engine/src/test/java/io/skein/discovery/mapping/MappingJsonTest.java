package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.csv.CsvLayout;
import io.skein.discovery.csv.Dialect;
import io.skein.discovery.csv.Encoding;
import io.skein.discovery.csv.Header;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class MappingJsonTest {
  private final JsonMapper json = JsonMapper.builder().build();

  @Test
  void mappingsSurviveJson() {
    Mapping mapping = new Mapping(List.of(Files.sample("fedora_servers_2017.csv")));

    String text = json.writeValueAsString(mapping);

    assertThat(text)
        .contains(
            "\"role\":\"assets\"",
            "\"field\":\"ip_addresses\"",
            "\"field\":null",
            "\"unit\":\"MB\"");
    assertThat(json.readValue(text, Mapping.class)).isEqualTo(mapping);
  }

  @Test
  void layoutsSurviveJson() {
    CsvLayout layout =
        new CsvLayout(new Dialect(Encoding.WINDOWS_1252, '\t', '"'), new Header(List.of("a", "b")));

    assertThat(json.readValue(json.writeValueAsString(layout), CsvLayout.class)).isEqualTo(layout);
  }
}
