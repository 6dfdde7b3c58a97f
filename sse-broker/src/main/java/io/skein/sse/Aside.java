package io.skein.sse;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs what waits deep in other libraries on a virtual thread that ends with it. A virtual thread
 * keeps the room that its stack once needed: of a thread that lives as long as its stream, those
 * would be some kilobytes for each of ten thousand.
 */
final class Aside {
  private static final Executor THREADS = work -> Thread.ofVirtual().start(work);

  private Aside() {}

  /** Waits for the answer; throws what the work throws. */
  static <T> T call(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, THREADS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
