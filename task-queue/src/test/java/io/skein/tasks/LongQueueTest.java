package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A long queue costs what a short one does, and what is over leaves nothing behind. {@code
 * -Dskein.test.full=true} makes a million tasks and ten minutes of it, with PostgreSQL's own vacuum
 * instead of the test's, and prints what it sees.
 */
@Timeout(2_400)
final class LongQueueTest {
  private static final boolean FULL = Boolean.getBoolean("skein.test.full");
  private static final int SHORT = 1_000;
  private static final int LONG = FULL ? 1_000_000 : 20_000;
  private static final int CLAIMS = 30;
  private static final int SLOTS = 16;
  private static final int CHUNK = 10_000;
  private static final long MOST_GROWTH = 32L << 20;

  private static final int ROUND = FULL ? 20_000 : 2_000;
  private static final Duration SOAK = FULL ? Duration.ofMinutes(10) : Duration.ofSeconds(6);
  private static final TaskRetention NONE = new TaskRetention(Duration.ZERO, Duration.ZERO);

  @Test
  void claimsOfALongQueueTakeAsLongAsOfAShortOne() throws Exception {
    try (Servers few = Servers.fresh();
        Servers many = Servers.fresh()) {
      enqueue(few, SHORT);
      enqueue(many, LONG);
      FairClaims ofFew = claims(few);
      FairClaims ofMany = claims(many);
      List<Long> fewTimes = new ArrayList<>();
      List<Long> manyTimes = new ArrayList<>();
      for (int claim = 0; claim < CLAIMS; claim++) {
        fewTimes.add(timeOfClaim(ofFew));
        manyTimes.add(timeOfClaim(ofMany));
      }
      System.out.printf(
          "a claim of %d: median %d us of %d queued, %d us of %d%n",
          SLOTS, median(fewTimes), SHORT, median(manyTimes), LONG);
      assertThat(median(manyTimes)).isLessThan(3 * median(fewTimes));
    }
  }

  @Test
  void aWorkerBehindALongQueueHoldsNoMoreMemory() throws Exception {
    try (Servers servers = Servers.fresh();
        Worker worker =
            new Worker(
                WorkerSettings.named("w").withQueues(List.of("long")).withSlots(64),
                servers.queue,
                List.of(Handlers.of("count", context -> {})))) {
      enqueue(servers, SHORT);
      worker.start();
      awaitDone(servers, SHORT);
      long before = heapInUse();
      enqueue(servers, LONG);
      long begin = System.nanoTime();
      awaitDone(servers, SHORT + LONG / 2);
      long during = heapInUse();
      awaitDone(servers, SHORT + LONG);
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "%d tasks from a long queue: %.0f a second; heap in use %d KB before, %d KB in the middle%n",
          LONG, LONG / seconds, before >> 10, during >> 10);
      assertThat(during - before).isLessThan(MOST_GROWTH);
    }
  }

  @Test
  void whatIsOverLeavesNoGrowth() throws Exception {
    try (Servers servers = Servers.fresh();
        Worker worker =
            new Worker(
                WorkerSettings.named("w")
                    .withQueues(List.of("long"))
                    .withSlots(64)
                    .withRetention(NONE),
                servers.queue,
                List.of(Handlers.of("count", context -> {})))) {
      worker.start();
      Retention retention = new Retention(servers.database, NONE);
      List<Long> sizes = new ArrayList<>();
      long end = System.nanoTime() + SOAK.toNanos();
      long begin = System.nanoTime();
      while (System.nanoTime() - end < 0 || sizes.size() < 4) {
        enqueue(servers, ROUND);
        await()
            .atMost(Duration.ofMinutes(2))
            .until(
                () -> servers.count("select count(*) from tasks where finished_at is null") == 0);
        while (retention.deleteSome()) {
          assertThat(worker.running()).isNotNegative();
        }
        if (!FULL) {
          vacuum(servers);
        }
        sizes.add(servers.count("select pg_indexes_size('tasks') + pg_table_size('tasks')"));
        if (FULL) {
          System.out.printf(
              "%4d s: round %d, %d KB of table and indexes, %d dead tuples%n",
              (System.nanoTime() - begin) / 1_000_000_000,
              sizes.size(),
              sizes.getLast() >> 10,
              servers.count("select n_dead_tup from pg_stat_user_tables where relname = 'tasks'"));
        }
      }
      int half = sizes.size() / 2;
      long first = Collections.max(sizes.subList(0, half));
      long last = Collections.max(sizes.subList(half, sizes.size()));
      System.out.printf(
          "%d rounds of %d tasks: at most %d KB in the first half, %d KB in the second%n",
          sizes.size(), ROUND, first >> 10, last >> 10);
      assertThat(last).isLessThan(first * 3 / 2);
    }
  }

  private static void vacuum(Servers servers) {
    servers.database.read(handle -> handle.execute("vacuum tasks, task_attempts"));
  }

  private static FairClaims claims(Servers servers) {
    servers.sql("analyze tasks");
    return new FairClaims(
        servers.database,
        new ClaimStatements("w", List.of("long"), Set.of("count"), "b", Duration.ofSeconds(15)));
  }

  private static long timeOfClaim(FairClaims claims) {
    long begin = System.nanoTime();
    assertThat(claims.claim("long", FairClaims.Levels.ALL, SLOTS)).hasSize(SLOTS);
    return (System.nanoTime() - begin) / 1_000;
  }

  private static long median(List<Long> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static void enqueue(Servers servers, int count) {
    for (int left = count; left > 0; left -= CHUNK) {
      List<NewTask> chunk =
          IntStream.range(0, Math.min(left, CHUNK))
              .mapToObj(i -> NewTask.of("long", "count", "{}"))
              .toList();
      servers.database.useTransaction(tx -> servers.queue.enqueue(tx, chunk));
    }
  }

  private static void awaitDone(Servers servers, int count) {
    await()
        .atMost(Duration.ofMinutes(10))
        .pollInterval(Duration.ofMillis(FULL ? 1_000 : 50))
        .until(
            () -> servers.count("select count(*) from tasks where state = 'succeeded'") >= count);
  }

  private static long heapInUse() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
