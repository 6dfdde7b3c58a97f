package io.skein.locks;

/**
 * Hears once, on a thread of its own, that a lease ended before its release; never after the
 * release. What it throws is logged. Work under way should stop: what it still writes to a guarded
 * row is refused.
 */
@FunctionalInterface
public interface LostLeaseListener {
  void lost(Lease lease, LossReason reason);
}
