package io.skein.locks;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Which lock is wanted, by whom and on what terms. Immutable.
 *
 * @param holder what the others are told, for example the command and the user
 * @param ttl how long the lock stays taken when this process dies, 50 ms to a day, in whole
 *     milliseconds as the stores count
 * @param maximumHold how long the lease is renewed at most; empty for what {@link Locks} was opened
 *     with
 * @param onLost hears when the lease ends before its release
 */
public record LockRequest(
    LockName name,
    String holder,
    Duration ttl,
    Optional<Duration> maximumHold,
    LostLeaseListener onLost) {
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofDays(1);

  public LockRequest {
    if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a lease lives 50 ms to a day, but ttl is " + ttl);
    }
    ttl = ttl.truncatedTo(ChronoUnit.MILLIS);
    holder = holder.replace('\0', ' '); // which no text of PostgreSQL has
    if (maximumHold.filter(hold -> hold.isNegative() || hold.isZero()).isPresent()) {
      throw new IllegalArgumentException("a maximum hold is positive, but this is " + maximumHold);
    }
  }

  /** A request with the maximum hold of the {@link Locks} and without a listener. */
  public static LockRequest of(LockName name, String holder, Duration ttl) {
    return new LockRequest(name, holder, ttl, Optional.empty(), (lease, reason) -> {});
  }

  /** The lease ends at most one time to live after this, however alive its holder is. */
  public LockRequest withMaximumHold(Duration hold) {
    return new LockRequest(name, holder, ttl, Optional.of(hold), onLost);
  }

  /** Tells this listener when the lease ends before its release. */
  public LockRequest withOnLost(LostLeaseListener listener) {
    return new LockRequest(name, holder, ttl, maximumHold, listener);
  }
}
