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

  SeenVersions(Ticker ticker) {
    newest =
        Caffeine.newBuilder().maximumSize(STATES).expireAfterAccess(LIFE).ticker(ticker).build();
  }

  StateVersion of(String id) {
    StateVersion seen = newest.getIfPresent(id);
    return seen == null ? StateVersion.NONE : seen;
  }

  void raise(String id, StateVersion version) {
    newest.asMap().merge(id, version, (known, now) -> known.olderThan(now) ? now : known);
  }

  /** PostgreSQL itself has gone back behind what was seen. */
  void correct(String id, StateVersion seen, StateVersion truth) {
    newest.asMap().replace(id, seen, truth);
  }
}
