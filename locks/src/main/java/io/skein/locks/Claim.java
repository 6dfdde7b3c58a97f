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
  Claim {
    if (owner.isEmpty()) {
      throw new IllegalArgumentException("an owner is not empty");
    }
  }
}
