package io.skein.flows;

import io.skein.events.StreamId;
import io.skein.postgres.Identifiers;
import java.util.UUID;

/** Identifies a flow; the flow's stream of events has the same value. */
public record FlowId(UUID value) {

  public static FlowId next() {
    return new FlowId(Identifiers.next());
  }

  /**
   * @throws IllegalArgumentException when the text is not a UUID in its canonical form
   */
  public static FlowId parse(String text) {
    UUID value = UUID.fromString(text);
    if (!value.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("not a canonical UUID: " + text);
    }
    return new FlowId(value);
  }

  /** The stream that holds this flow's history. */
  public StreamId stream() {
    return new StreamId(value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
