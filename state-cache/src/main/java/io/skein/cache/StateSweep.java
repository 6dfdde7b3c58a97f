package io.skein.cache;

import io.skein.redis.RedisAwayException;
import java.util.function.BooleanSupplier;

/**
 * Makes good what Redis was not told while it was away or not used. A cache that begins to use
 * Redis believes it once that is done, however long it takes.
 */
@FunctionalInterface
public interface StateSweep {
  /**
   * Called on a thread of the cache whenever Redis is used anew: at the start, and after each time
   * that it was not.
   *
   * @return asked again and again, on the same thread, until it says that Redis knows of every
   *     change that was committed before this call, or has lost what is older; it may do the work
   *     itself. What either throws, such as {@link RedisAwayException}, is made good by another
   *     call of both
   */
  BooleanSupplier begin();
}
