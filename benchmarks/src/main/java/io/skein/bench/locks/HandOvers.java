package io.skein.bench.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Many threads want one lock, each again as soon as it has given it back. A hand-over is the time
 * from the call that gives the lock back until the next thread has it. Used once.
 */
final class HandOvers {
  private final List<? extends LockContender> clients;
  private final int contenders;
  private final Histogram micros = new Histogram(3);

  /** Written and read by whoever holds the lock; 0 until the first has given it back. */
  private volatile long givenBackAt;

  /**
   * What came of it.
   *
   * @param micros of the hand-overs
   * @param leastTurns of any contender
   * @param longestWait of any contender for one turn
   */
  record Figures(
      Histogram micros, long turns, double meanTurns, long leastTurns, Duration longestWait) {}

  HandOvers(List<? extends LockContender> clients, int contenders) {
    this.clients = clients;
    this.contenders = contenders;
  }

  private record Contender(long turns, long longestWaitNanos) {}

  Figures measure(String name, Duration time) {
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<Contender>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(contenders)) {
      for (int number = 0; number < contenders; number++) {
        LockContender client = clients.get(number % clients.size());
        all.add(
            threads.submit(() -> {
              begin.await();
              return contend(client, name, System.nanoTime() + time.toNanos());
            }));
      }
      begin.countDown();
    }
    long turns = 0;
    long least = Long.MAX_VALUE;
    long longest = 0;
    for (Future<Contender> one : all) {
      Contender contender = result(one);
      turns += contender.turns();
      least = Math.min(least, contender.turns());
      longest = Math.max(longest, contender.longestWaitNanos());
    }
    return new Figures(
        micros, turns, (double) turns / contenders, least, Duration.ofNanos(longest));
  }

  private Contender contend(LockContender client, String name, long end)
      throws InterruptedException {
    long turns = 0;
    long longest = 0;
    for (long asked = System.nanoTime(); asked < end; asked = System.nanoTime()) {
      LockContender.Held held = client.lock(name);
      long got = System.nanoTime();
      if (givenBackAt != 0 && asked < givenBackAt) {
        micros.recordValue((got - givenBackAt) / 1_000); // by one thread at a time
      }
      longest = Math.max(longest, got - asked);
      turns++;
      givenBackAt = System.nanoTime();
      held.unlock();
    }
    return new Contender(turns, longest);
  }

  private static Contender result(Future<Contender> one) {
    try {
      return one.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a contender failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }
}
