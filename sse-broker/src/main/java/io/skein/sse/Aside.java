package io.skein.sse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Runs what waits deep in other libraries on a virtual thread that ends with it. A virtual thread
 * keeps the room that its stack once needed: of a thread that lives as long as its stream, those
 * would be some kilobytes for each of ten thousand. Only some run at once, in the order they came:
 * two thousand clients that need a page at the same time would have the pool's connections wait
 * past their limit, and fail. Thread safe.
 */
final class Aside {
  private static final Executor THREADS = work -> Thread.ofVirtual().start(work);
  private static final int AT_ONCE = 4;

  private final Semaphore turns = new Semaphore(AT_ONCE, true);

  /** Waits for a turn and for the answer; throws what the work throws. */
  <T> T call(Supplier<T> work) {
    turns.acquireUninterruptibly();
    try {
      return CompletableFuture.supplyAsync(work, THREADS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } finally {
      turns.release();
    }
  }
}
