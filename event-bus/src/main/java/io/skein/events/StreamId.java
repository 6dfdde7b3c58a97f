package io.skein.events;

import java.util.UUID;

/** The id of a stream, which is the id of the flow whose history it is. */
public record StreamId(UUID value) {

  /**
   * @throws IllegalArgumentException when the text is not a UUID
   */
  public static StreamId parse(String text) {
    return new StreamId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
