package io.skein.cache;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets only so many loads through at a time, so that misses cannot use up the pool. Thread safe.
 */
final class LoadBulkhead {
  private final CacheSettings.Loads settings;
  private final Semaphore places;

  LoadBulkhead(CacheSettings.Loads settings) {
    this.settings = settings;
    this.places = new Semaphore(settings.concurrent(), true);
  }

  /**
   * @throws StateUnavailableException when no place became free in time
   */
  <T> T load(Supplier<T> load) {
    enter();
    try {
      return load.get();
    } finally {
      places.release();
    }
  }

  /** Loads if there is a place now. */
  <T> Optional<T> loadIfFree(Supplier<T> load) {
    if (!places.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return Optional.of(load.get());
    } finally {
      places.release();
    }
  }

  private void enter() {
    try {
      if (!places.tryAcquire(settings.waitForPlace().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StateUnavailableException(
            "all " + settings.concurrent() + " places for loading states are taken; try again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateUnavailableException("interrupted while waiting to load a state", e);
    }
  }
}
