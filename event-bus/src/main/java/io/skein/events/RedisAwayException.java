package io.skein.events;

/** Redis did not answer, or not in time. What was wanted is found in PostgreSQL. */
final class RedisAwayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RedisAwayException(String doing, Throwable cause) {
    super(doing + ": Redis did not answer", cause);
  }
}
