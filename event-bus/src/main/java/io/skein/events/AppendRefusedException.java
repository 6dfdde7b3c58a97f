package io.skein.events;

/** PostgreSQL refused an append; the transaction can only be rolled back. */
public final class AppendRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why an append is refused. */
  public enum Reason {
    UNKNOWN_STREAM,
    CLOSED_STREAM,
    /** Not a JSON object, too large, or a text that PostgreSQL cannot store (U+0000). */
    BAD_EVENT
  }

  private final Reason reason;

  AppendRefusedException(Reason reason, StreamId stream, Throwable cause) {
    super("append to stream " + stream + " refused: " + cause.getMessage(), cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
