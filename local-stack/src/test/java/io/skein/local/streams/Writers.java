package io.skein.local.streams;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Several writers per flow, at once, half of them through the journal and its relay, half by SQL as
 * a foreign process does. The type of each event names it: {@code w3-17}.
 */
final class Writers {
  private final Streams streams;
  private final int perFlow;
  private final int eventsEach;
  private final Duration over;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();

  /**
   * @param eventsEach by one writer
   * @param over about how long all of it takes
   */
  Writers(Streams streams, int perFlow, int eventsEach, Duration over) {
    this.streams = streams;
    this.perFlow = perFlow;
    this.eventsEach = eventsEach;
    this.over = over;
  }

  Writers writeTo(List<UUID> flows) {
    for (UUID flow : flows) {
      for (int writer = 0; writer < perFlow; writer++) {
        int number = writer;
        threads.execute(() -> write(flow, number));
      }
    }
    threads.shutdown();
    return this;
  }

  boolean areWriting() {
    return !threads.isTerminated();
  }

  /** Throws what a writer failed with. */
  void requireSuccess() {
    if (areWriting() || !failures.isEmpty()) {
      throw new IllegalStateException("not everything was written: " + failures);
    }
  }

  private void write(UUID flow, int writer) {
    Random random = new Random(flow.getLeastSignificantBits() + writer);
    long pause = Math.max(1, over.toMillis() / eventsEach);
    try {
      for (int n = 0; n < eventsEach; n++) {
        Thread.sleep(random.nextLong(2 * pause));
        streams.append(flow, "w" + writer + "-" + n, writer % 2 == 0);
      }
    } catch (InterruptedException e) {
      failures.add(new IllegalStateException("interrupted", e));
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }
}
