package io.skein.tasks;

/**
 * Thrown by a handler that cannot read its payload. The task is parked, no attempt is spent: a
 * worker of another build, which may know that shape, takes it up again.
 */
public final class UnreadablePayloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadablePayloadException(String message) {
    super(message);
  }

  public UnreadablePayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
