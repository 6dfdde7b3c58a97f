package io.skein.locks;

/** Why a lease ended before its release. */
public enum LossReason {
  /** A store refused the renewal: another one has held the lock since, or holds it now. */
  REFUSED,
  /** A store that had to renew it did not answer in time; also what a frozen process learns. */
  EXPIRED,
  /** It was held for as long as it may be. */
  HELD_TOO_LONG
}
