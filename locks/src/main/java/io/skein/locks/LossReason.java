package io.skein.locks;

/** Why a lease ended before its release. */
public enum LossReason {
  /** A store refused the renewal: another one has held the lock since, or holds it now. */
  REFUSED,
  /** No store answered a renewal in time; also what a process learns that was frozen. */
  EXPIRED,
  /** It was held for as long as it may be. */
  HELD_TOO_LONG
}
