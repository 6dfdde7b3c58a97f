package io.skein.tasks;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Which priorities the next claim takes: one claim in eight is for those that others keep going
 * before, in turn the normal and the low ones. Thread safe.
 */
final class LevelTurns {
  private static final int LOWER_FIRST = 8;

  private final AtomicLong claims = new AtomicLong();

  FairClaims.Levels next() {
    long claim = claims.incrementAndGet();
    if (claim % LOWER_FIRST != 0) {
      return FairClaims.Levels.ALL;
    }
    boolean low = claim / LOWER_FIRST % 2 == 0;
    return FairClaims.Levels.only(low ? Priority.LOW : Priority.NORMAL);
  }
}
