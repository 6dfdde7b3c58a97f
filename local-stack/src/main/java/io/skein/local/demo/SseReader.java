package io.skein.local.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads an event stream as the HTML standard says (section 9.2.6): fields up to a blank line are a
 * message, a comment is nothing, a message cut off by the end is dropped. For one thread.
 */
public final class SseReader {
  private final BufferedReader lines;
  private String lastEventId;

  /**
   * @param lastEventId with which the stream was asked for, empty for none
   */
  public SseReader(InputStream stream, String lastEventId) {
    this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    this.lastEventId = lastEventId;
  }

  /** The next message; nothing when the stream has ended. */
  public Optional<SseMessage> next() throws IOException {
    StringBuilder data = new StringBuilder();
    boolean hasData = false;
    String event = "message";
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.isEmpty()) {
        if (hasData) {
          return Optional.of(new SseMessage(event, data.toString(), lastEventId));
        }
        event = "message";
        continue;
      }
      String field = fieldOf(line);
      String value = valueOf(line, field);
      switch (field) {
        case "data" -> {
          if (hasData) {
            data.append('\n');
          }
          data.append(value);
          hasData = true;
        }
        case "event" -> event = value;
        case "id" -> lastEventId = value;
        default -> {}
      }
    }
    return Optional.empty();
  }

  /** The last id on the stream, also of a message without data. */
  public String lastEventId() {
    return lastEventId;
  }

  private static String fieldOf(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? line : line.substring(0, colon);
  }

  private static String valueOf(String line, String field) {
    if (field.length() == line.length()) {
      return "";
    }
    String value = line.substring(field.length() + 1);
    return value.startsWith(" ") ? value.substring(1) : value;
  }
}
