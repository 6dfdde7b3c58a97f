package io.skein.locks;

import java.time.Duration;

/**
 * Contention as one process saw it since it began.
 *
 * @param acquired leases granted
 * @param waits acquires that did not get the lock at once and waited
 * @param handOvers those of them that got it
 * @param refusals acquires that ended without the lock, at once or after their wait
 * @param lost leases that ended before their release
 * @param fallbacks leases granted by PostgreSQL alone
 * @param timeWaited all waits together, also those that were in vain
 * @param longestWait of them
 * @param held locks held now
 * @param waiting threads that wait now
 */
public record LockStatistics(
    long acquired,
    long waits,
    long handOvers,
    long refusals,
    long lost,
    long fallbacks,
    Duration timeWaited,
    Duration longestWait,
    int held,
    int waiting) {}
