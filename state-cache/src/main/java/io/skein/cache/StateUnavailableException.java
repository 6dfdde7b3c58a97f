package io.skein.cache;

/**
 * The state could not be read now; the reader may try again in a moment. A source throws it when it
 * loads as much as it may.
 */
public final class StateUnavailableException extends RuntimeException {
  StateUnavailableException(String message) {
    super(message);
  }

  public StateUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
