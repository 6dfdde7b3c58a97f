package io.skein.local.stack;

import org.jspecify.annotations.Nullable;

/** A stack could not be started or stopped; the message is for the user and says what to do. */
public final class StackFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StackFailure(String message) {
    this(message, null);
  }

  public StackFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
