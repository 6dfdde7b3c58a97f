package io.skein.locks;

import java.time.Duration;

/**
 * A lock that a thread of this process waits for.
 *
 * @param holder who wants it, as the {@link LockRequest} names it
 * @param waited so far
 */
public record AwaitedLock(LockName name, String holder, Duration waited) {}
