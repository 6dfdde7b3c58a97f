package io.skein.bench.events;

import io.skein.events.StreamId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Threads that write as much as they can, each to its own streams in turn.
 *
 * @param streams of each thread
 */
record Writers(List<List<StreamId>> streams) {

  /**
   * Writes for a while, each at least once; answers how many writes there were.
   *
   * @throws IllegalStateException when one failed: what the others wrote is no figure
   */
  long run(Duration time, Consumer<StreamId> write) {
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newFixedThreadPool(streams.size())) {
      List<CompletableFuture<Long>> writers =
          streams.stream()
              .map(own -> CompletableFuture.supplyAsync(() -> writeUntil(end, own, write), threads))
              .toList();
      return writers.stream().mapToLong(CompletableFuture::join).sum();
    } catch (CompletionException e) {
      throw new IllegalStateException("a writer failed", e.getCause());
    }
  }

  private static long writeUntil(long end, List<StreamId> own, Consumer<StreamId> write) {
    long number = 0;
    do {
      write.accept(own.get((int) (number % own.size())));
      number++;
    } while (System.nanoTime() < end);
    return number;
  }
}
