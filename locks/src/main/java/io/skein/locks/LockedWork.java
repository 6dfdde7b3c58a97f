package io.skein.locks;

/**
 * What is done while a lock is held.
 *
 * @param <T> its result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface LockedWork<T, X extends Exception> {
  T run(Lease lease) throws X;
}
