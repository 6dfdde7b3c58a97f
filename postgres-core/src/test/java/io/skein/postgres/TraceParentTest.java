package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a traceparent and what is not. */
class TraceParentTest {
  private static final String GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void whatIsReadIsWritten() {
    assertThat(TraceParent.parse(GOOD).orElseThrow()).hasToString(GOOD);
  }

  @Test
  void aLaterVersionMayHaveMoreAndIsWrittenAsThisOne() {
    assertThat(TraceParent.parse(GOOD.replaceFirst("00", "cc") + "-more").orElseThrow())
        .hasToString(GOOD);
  }

  @Test
  void aChildIsAnotherSpanOfTheSameTrace() {
    TraceParent parent = TraceParent.begin();
    TraceParent child = parent.child();
    assertThat(child.traceId()).isEqualTo(parent.traceId());
    assertThat(child.spanId()).isNotEqualTo(parent.spanId());
    assertThat(TraceParent.parse(child.toString())).contains(child);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "00",
        GOOD + "-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
      })
  void whatIsMalformedIsNone(String header) {
    assertThat(TraceParent.parse(header)).isEmpty();
  }
}
