package io.skein.locks;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

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

  /** The same for what is left of a lease; a millisecond longer rather than shorter. */
  Claim living(Duration rest) {
    return new Claim(name, owner, holder, rest.truncatedTo(ChronoUnit.MILLIS).plusMillis(1));
  }
}
