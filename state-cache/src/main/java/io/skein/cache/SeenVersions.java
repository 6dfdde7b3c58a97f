package io.skein.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.UUID;

/**
 * The newest version of each flow that this process has seen in any way. Holds 100,000 flows for 10
 * min after their last use, longer than a stale state lives anywhere; past that number the least
 * used are forgotten and then only the caches' own order protects them. Thread safe.
 */
final class SeenVersions {
  private static final int FLOWS = 100_000;
  private static final Duration LIFE = Duration.ofMinutes(10);

  private final Cache<UUID, StateVersion> newest;

  SeenVersions(Ticker ticker) {
    newest =
        Caffeine.newBuilder().maximumSize(FLOWS).expireAfterAccess(LIFE).ticker(ticker).build();
  }

  StateVersion of(UUID flow) {
    StateVersion seen = newest.getIfPresent(flow);
    return seen == null ? StateVersion.NONE : seen;
  }

  void raise(UUID flow, StateVersion version) {
    newest.asMap().merge(flow, version, (known, now) -> known.olderThan(now) ? now : known);
  }

  /** PostgreSQL itself has gone back behind what was seen. */
  void correct(UUID flow, StateVersion seen, StateVersion truth) {
    newest.asMap().replace(flow, seen, truth);
  }
}
