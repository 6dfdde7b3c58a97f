package io.skein.locks;

import java.time.Duration;

/**
 * Who asks for which lock.
 *
 * @param owner a token that no other acquire has; the stores check it
 * @param holder the command and user, for people
 * @param ttl how long the lease lives without renewal
 */
record Claim(LockName name, String owner, String holder, Duration ttl) {
  private static final Duration SHORTEST = Duration.ofMillis(50);

  Claim {
    if (ttl.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException("a lease lives at least 50 ms, but ttl is " + ttl);
    }
    if (owner.isEmpty()) {
      throw new IllegalArgumentException("an owner is not empty");
    }
  }
}
