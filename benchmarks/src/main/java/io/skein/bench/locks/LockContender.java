package io.skein.bench.locks;

/** One client of a service that locks. Thread safe. */
interface LockContender extends AutoCloseable {
  /** Takes a lock, however long that takes; the same thread gives it back. */
  Held lock(String name) throws InterruptedException;

  /** A lock that is held. */
  @FunctionalInterface
  interface Held {
    void unlock();
  }

  @Override
  void close();
}
