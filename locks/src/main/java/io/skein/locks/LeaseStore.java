package io.skein.locks;

import java.util.Optional;

/**
 * Where leases are kept. Each operation may be repeated with the same claim and then answers as if
 * it had run once. What a store throws means that nobody knows whether the operation happened.
 * Thread safe.
 */
interface LeaseStore {
  /** Takes the lock if it is free or already this owner's; empty while another one holds it. */
  Optional<Fence> acquire(Claim claim);

  /**
   * Prolongs the lease, also one that this store has lost or never had, as long as nobody held the
   * lock since; false when somebody did or it was released.
   */
  boolean renew(Claim claim, Fence fence);

  /** Gives the lock back if this owner holds it. */
  void release(Claim claim);

  /** Who holds the lock now, for people. */
  Optional<String> holder(LockName name);
}
