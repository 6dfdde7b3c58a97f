package io.skein.locks;

/**
 * Hears once, on a thread of its own, that a lease ended before its release, at the latest when its
 * time to live is over, whether a store answers or not; never of one that was released first. What
 * it throws is logged. Work under way should stop: what it still writes to a guarded row is
 * refused.
 */
@FunctionalInterface
public interface LostLeaseListener {
  void lost(Lease lease, LossReason reason);
}
