package io.skein.redis;

/** Redis did not answer in time, or refused. What was wanted is found in PostgreSQL. */
public final class RedisAwayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Redis was not asked, since it is known to be away.
   *
   * @param doing what was to be done, for the log
   */
  public RedisAwayException(String doing) {
    super(doing + ": Redis is away");
  }

  /**
   * @param doing what was being done, for the log
   */
  public RedisAwayException(String doing, Throwable cause) {
    super(
        doing + (RedisErrors.isAnswer(cause) ? ": Redis refused" : ": Redis did not answer"),
        cause);
  }
}
