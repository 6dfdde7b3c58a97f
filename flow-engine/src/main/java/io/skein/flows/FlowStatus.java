package io.skein.flows;

import java.util.Locale;

/** Where a flow stands. */
public enum FlowStatus {
  INITIALIZING,
  RUNNING,
  WAITING_FOR_USER,
  PAUSED,
  COMPLETED,
  FAILED,
  CANCELLED;

  /** Nothing is ever appended to the stream of a final flow. */
  public boolean isFinal() {
    return this == COMPLETED || this == CANCELLED;
  }

  /** The name in JSON and SQL, for example {@code waiting_for_user}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static FlowStatus parse(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
