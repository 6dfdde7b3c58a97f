package io.skein.locks;

import java.time.Instant;
import java.util.Set;

/**
 * A lock that this process holds.
 *
 * @param since when it was granted, by the clock of the store
 * @param stores {@code redis}, {@code postgres}, or both while one takes over from the other
 */
public record HeldLock(LockName name, String holder, Instant since, Set<String> stores) {
  public HeldLock {
    stores = Set.copyOf(stores);
  }
}
