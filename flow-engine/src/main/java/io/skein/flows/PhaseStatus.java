package io.skein.flows;

import java.util.Locale;

/** Where one phase of a flow stands. */
public enum PhaseStatus {
  PENDING,
  RUNNING,
  /** Its result waits for the user's approval. */
  WAITING,
  COMPLETED,
  FAILED,
  CANCELLED;

  /** The name in JSON and SQL. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  static PhaseStatus parse(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
