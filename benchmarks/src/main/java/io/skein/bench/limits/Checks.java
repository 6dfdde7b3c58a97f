package io.skein.bench.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that check one after another for a while. */
final class Checks {
  private Checks() {}

  /** One check; the number tells it from the others of its thread. */
  @FunctionalInterface
  interface Check {
    void run(long number);
  }

  /** Checks a second of one thread. */
  static double alone(Duration time, Check check) {
    long begin = System.nanoTime();
    long done = repeat(begin + time.toNanos(), check);
    return done * 1e9 / (System.nanoTime() - begin);
  }

  /** Checks a second of so many threads together. */
  static double together(int threads, Duration time, Check check) {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    List<Future<Long>> all = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        all.add(executor.submit(() -> repeat(end, check)));
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return all.stream().mapToLong(Checks::count).sum() / seconds;
  }

  private static long repeat(long end, Check check) {
    long number = 0;
    while (System.nanoTime() - end < 0) {
      check.run(number++);
    }
    return number;
  }

  private static long count(Future<Long> one) {
    try {
      return one.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a check failed", e.getCause());
    }
  }
}
