package io.skein.locks;

import java.time.Instant;

/** What a store says to an acquire. */
sealed interface Answer {
  /**
   * The lock is the owner's.
   *
   * @param since when it was granted first, by the clock of the store
   */
  record Granted(Fence fence, Instant since) implements Answer {}

  /**
   * Somebody else holds the lock, or is served before.
   *
   * @param ahead how many wait before this one
   */
  record Refused(long ahead) implements Answer {}

  /** Redis has not answered in time; it may have granted the lock, to this owner or another one. */
  record Unanswered() implements Answer {}
}
