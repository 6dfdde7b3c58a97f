package io.skein.cache;

/** The state could not be read now; the reader may try again in a moment. */
public final class StateUnavailableException extends RuntimeException {
  StateUnavailableException(String message) {
    super(message);
  }

  StateUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
