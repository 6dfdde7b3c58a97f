/**
 * Locks: leases that end by themselves, with a fence. Redis grants them; while it is away a row in
 * PostgreSQL does, under the same contract.
 *
 * <pre>{@code
 * try (var locks = new Locks(redis, database, Duration.ofMinutes(10))) {
 *   Optional<Lease> lease = locks.acquire(new LockName("report"), "build by ann", ttl, wait);
 *   lease.ifPresent(held -> { try (held) { write(held.fence()); } });
 * }
 * }</pre>
 *
 * <p>A lock keeps others from wasted work. It cannot promise that nobody overtakes a holder that
 * was frozen, and while Redis is away for some instances only both stores can grant the same lock,
 * until the next renewal shows it to one of the holders (a third of its time to live). Therefore a
 * row in PostgreSQL that is guarded by a lock issues its own fence in the transaction that begins
 * the work, and every guarded write demands it; the exclusion of rows is PostgreSQL's alone. The
 * fence of a {@link io.skein.locks.Lease} is for resources outside PostgreSQL.
 */
@NullMarked
package io.skein.locks;

import org.jspecify.annotations.NullMarked;
