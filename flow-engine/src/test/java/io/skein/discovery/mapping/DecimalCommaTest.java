package io.skein.discovery.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DecimalCommaTest {
  @Test
  void aNumberWithADecimalCommaDoesNotStopTheProposal() {
    FileMapping mapping =
        Files.text(
            """
            Rechnername;Betriebssystem;Kerne;Arbeitsspeicher (GB)
            srv-01;Debian 12;4;16
            srv-02;Ubuntu 18.04;8;32,5
            """);
    assertThat(mapping.columns()).hasSize(4);
  }
}
