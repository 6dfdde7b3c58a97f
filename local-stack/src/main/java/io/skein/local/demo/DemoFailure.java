package io.skein.local.demo;

import org.jspecify.annotations.Nullable;

/** The demo cannot go on; the message is for the user and says what to do. */
public final class DemoFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DemoFailure(String message) {
    this(message, null);
  }

  public DemoFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
