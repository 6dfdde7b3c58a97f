package io.skein.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * The newest version of each state that this process has seen in any way. Holds 100,000 of them for
 * 2 h after their last use, longer than a stale state lives anywhere; past that number the least
 * used are forgotten and then only the caches' own order protects them. Thread safe.
 */
final class SeenVersions {
  private static final int STATES = 100_000;
  private static final Duration LIFE = Duration.ofHours(2);

  private final Cache<String, StateVersion> newest;

  /**
   * The beginning of PostgreSQL's epoch. What is of an earlier one may be of a commit that was
   * lost, also when nobody has told so of its state: it has not changed since, or is no longer
   * there. Only PostgreSQL raises it, never a message of Redis, which could do so for good.
   */
  private volatile StateVersion floor = StateVersion.NONE;

  SeenVersions(Ticker ticker) {
    newest =
        Caffeine.newBuilder().maximumSize(STATES).expireAfterAccess(LIFE).ticker(ticker).build();
  }

  StateVersion of(String id) {
    return StateVersion.newer(newest.getIfPresent(id), floor);
  }

  /** Of what PostgreSQL has just said is not there. */
  StateVersion absent(StateVersion known) {
    return StateVersion.newer(StateVersion.newer(known, floor), StateVersion.ABSENT);
  }

  void raiseEpoch(long epoch) {
    if (floor.epoch() < epoch) {
      raiseFloor(epoch);
    }
  }

  private synchronized void raiseFloor(long epoch) {
    floor = StateVersion.newer(floor, new StateVersion(epoch, 0));
  }

  void raise(String id, StateVersion version) {
    newest.asMap().merge(id, version, (known, now) -> known.olderThan(now) ? now : known);
  }

  /** PostgreSQL itself has gone back behind what was seen. */
  void correct(String id, StateVersion seen, StateVersion truth) {
    newest.asMap().replace(id, seen, truth);
  }
}
