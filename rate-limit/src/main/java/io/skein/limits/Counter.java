package io.skein.limits;

/**
 * What one quota has admitted in this process. Times are nanoseconds of one monotonic clock that
 * the callers share. Not thread safe.
 */
interface Counter {

  /**
   * How many more it would admit now.
   *
   * @param limit of this process
   */
  int remaining(int limit, long now);

  /** Admits one, which must have remained. */
  void admit(int limit, long now);

  /** In how many nanoseconds more than {@link #remaining} will be; zero when nothing is taken. */
  long nanosToReset(int limit, long now);
}
