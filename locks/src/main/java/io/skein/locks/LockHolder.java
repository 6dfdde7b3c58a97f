package io.skein.locks;

import java.time.Instant;

/**
 * Who holds a lock, for people.
 *
 * @param holder as the {@link LockRequest} named it
 * @param since when it was granted, by the clock of the store
 */
public record LockHolder(String holder, Instant since) {}
