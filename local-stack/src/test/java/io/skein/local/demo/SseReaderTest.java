package io.skein.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SseReaderTest {

  @Test
  void readsMessagesIdsAndCommentsAndDropsWhatWasCutOff() throws IOException {
    List<SseMessage> messages =
        read(
            """
            retry: 1000
            event: hello
            data: {"from":0}

            : heartbeat

            id: 7.1
            data: one
            data:two

            id: 7.2

            data: three

            id: 7.3
            data: cut off\
            """);
    assertThat(messages)
        .containsExactly(
            new SseMessage("hello", "{\"from\":0}", "7.0"),
            new SseMessage("message", "one\ntwo", "7.1"),
            new SseMessage("message", "three", "7.2"));
  }

  @Test
  void anIdWithoutDataStillAdvances() throws IOException {
    SseReader reader = new SseReader(stream("id: 7.9\n\n"), "7.0");
    assertThat(reader.next()).isEmpty();
    assertThat(reader.lastEventId()).isEqualTo("7.9");
  }

  private static List<SseMessage> read(String text) throws IOException {
    SseReader reader = new SseReader(stream(text), "7.0");
    List<SseMessage> messages = new ArrayList<>();
    Optional<SseMessage> next;
    while ((next = reader.next()).isPresent()) {
      messages.add(next.get());
    }
    return messages;
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
