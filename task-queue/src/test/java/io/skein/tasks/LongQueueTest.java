package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A long queue costs what a short one does, and what is over leaves nothing behind; the tables are
 * cleaned by PostgreSQL's own vacuum alone. {@code -Dskein.test.full=true} makes a million tasks
 * and ten minutes of it, with the vacuum as often as everywhere, and prints what it sees.
 */
@Tag("long")
@Timeout(2_400)
final class LongQueueTest {
  private static final boolean FULL = Boolean.getBoolean("skein.test.full");
  private static final int SHORT = 1_000;
  private static final int LONG = FULL ? 1_000_000 : 20_000;
  private static final int CLAIMS = 30;
  private static final int SLOTS = 16;
  private static final int CHUNK = 10_000;
  private static final int TENANTS = 50;
  private static final List<String> TYPES = List.of("count", "sum", "sort", "send");
  private static final long MOST_GROWTH = 32L << 20;

  private static final int ROUND = FULL ? 20_000 : 2_000;
  private static final int FEWEST_ROUNDS = 12;

  /** About what the rows of a round take: a vacuum comes a round earlier or later. */
  private static final long ROUND_BYTES = ROUND * 512L;

  private static final Duration SOAK = FULL ? Duration.ofMinutes(10) : Duration.ofSeconds(10);
  private static final TaskRetention NONE = new TaskRetention(Duration.ZERO, Duration.ZERO);

  /** When nothing is left of them the tables are clean within some looks of the vacuum. */
  private static final Duration CLEAN = FULL ? Duration.ofMinutes(4) : Duration.ofSeconds(20);

  @Test
  void claimsOfALongQueueTakeAtMostTwiceAsLongAsOfAShortOne() throws Exception {
    try (Servers few = Servers.fresh();
        Servers many = Servers.fresh()) {
      enqueue(few, SHORT, withOneThatNobodyKnows());
      enqueue(many, LONG, withOneThatNobodyKnows());
      FairClaims ofFew = claims(few);
      FairClaims ofMany = claims(many);
      List<Long> fewTimes = new ArrayList<>();
      List<Long> manyTimes = new ArrayList<>();
      for (int claim = 0; claim < CLAIMS; claim++) {
        fewTimes.add(timeOfClaim(ofFew));
        manyTimes.add(timeOfClaim(ofMany));
      }
      System.out.printf(
          "claims of %d, %d tenants, %d types: of %d queued median %d us, %d tasks a second;"
              + " of %d queued %d us, %d a second%n",
          SLOTS,
          TENANTS,
          TYPES.size() + 1,
          SHORT,
          median(fewTimes),
          SLOTS * 1_000_000L / median(fewTimes),
          LONG,
          median(manyTimes),
          SLOTS * 1_000_000L / median(manyTimes));
      assertThat(median(manyTimes)).isLessThan(2 * median(fewTimes));
    }
  }

  @Test
  void aWorkerBehindALongQueueHoldsNoMoreMemory() throws Exception {
    try (Servers servers = Servers.fresh();
        Worker worker = worker(servers, TaskRetention.DEFAULT)) {
      enqueue(servers, SHORT, TYPES);
      worker.start();
      awaitDone(servers, SHORT);
      long before = heapInUse();
      enqueue(servers, LONG, TYPES);
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
    try (PostgresServer postgres = TestServers.newPostgres();
        Servers servers = Servers.on(postgres, TestServers.redis().url());
        Worker worker = worker(servers, NONE)) {
      if (!FULL) {
        lookForWorkOfTheVacuumEachSecond(servers);
      }
      worker.start();
      Retention retention = new Retention(servers.database, NONE);
      List<Health> seen = new ArrayList<>();
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < SOAK.toNanos() || seen.size() < FEWEST_ROUNDS) {
        enqueue(servers, ROUND, TYPES);
        await()
            .atMost(Duration.ofMinutes(2))
            .until(
                () -> servers.count("select count(*) from tasks where finished_at is null") == 0);
        boolean more = true;
        while (more) {
          more = retention.deleteSome();
        }
        seen.add(Health.of(servers));
        if (FULL) {
          System.out.printf(
              "%4d s: round %d, %s%n",
              (System.nanoTime() - begin) / 1_000_000_000, seen.size(), seen.getLast());
        }
      }
      // By then it has its size; how large depends on what dies between two vacuums.
      int settled = seen.size() * 2 / 3;
      List<Health> early = seen.subList(0, settled);
      List<Health> late = seen.subList(settled, seen.size());
      System.out.printf(
          "%d rounds of %d tasks: at most %s in the first two thirds, %s in the last%n",
          seen.size(), ROUND, Health.worst(early), Health.worst(late));
      assertThat(Health.worst(late).tableBytes())
          .as("table")
          .isLessThan(Health.worst(early).tableBytes() * 4 / 3 + ROUND_BYTES);
      assertThat(Health.worst(late).indexBytes())
          .as("indexes")
          .isLessThan(Health.worst(early).indexBytes() * 4 / 3 + ROUND_BYTES);
      await()
          .atMost(CLEAN)
          .untilAsserted(() ->
              assertThat(Health.of(servers).deadTuples())
                  .as("dead tuples, once it is quiet")
                  .isLessThan(ROUND));
      assertThat(seen.getLast().vacuums()).as("vacuums while it was busy").isPositive();
    }
  }

  /** What statistics say of the table of tasks. */
  private record Health(long tableBytes, long indexBytes, long deadTuples, long vacuums) {
    static Health of(Servers servers) {
      return servers.database.read(handle ->
          handle
              .createQuery(
                  """
                  select pg_table_size('tasks') as bytes, pg_indexes_size('tasks') as indexes,
                    n_dead_tup, autovacuum_count
                  from pg_stat_user_tables where relname = 'tasks'
                  """)
              .map((row, context) ->
                  new Health(
                      row.getLong("bytes"),
                      row.getLong("indexes"),
                      row.getLong("n_dead_tup"),
                      row.getLong("autovacuum_count")))
              .one());
    }

    static Health worst(List<Health> seen) {
      return seen.stream()
          .reduce(
              new Health(0, 0, 0, 0),
              (a, b) ->
                  new Health(
                      Math.max(a.tableBytes, b.tableBytes),
                      Math.max(a.indexBytes, b.indexBytes),
                      Math.max(a.deadTuples, b.deadTuples),
                      Math.max(a.vacuums, b.vacuums)));
    }

    @Override
    public String toString() {
      return "%d KB of table, %d KB of indexes, %d dead tuples, %d vacuums"
          .formatted(tableBytes >> 10, indexBytes >> 10, deadTuples, vacuums);
    }
  }

  /** Instead of each minute; what makes a table due is left as it is. */
  private static void lookForWorkOfTheVacuumEachSecond(Servers servers) {
    servers.database.read(handle -> handle.execute("alter system set autovacuum_naptime = '1s'"));
    servers.sql("select pg_reload_conf()");
  }

  private static Worker worker(Servers servers, TaskRetention retention) {
    return new Worker(
        WorkerSettings.named("w")
            .withQueues(List.of("long"))
            .withSlots(64)
            .withRetention(retention),
        servers.queue,
        TYPES.stream().map(type -> Handlers.idle(type)).toList());
  }

  private static FairClaims claims(Servers servers) {
    servers.sql("analyze tasks");
    return new FairClaims(
        servers.database,
        new ClaimStatements("w", List.of("long"), Set.copyOf(TYPES), "b", Duration.ofSeconds(15)));
  }

  private static long timeOfClaim(FairClaims claims) {
    long begin = System.nanoTime();
    assertThat(claims.claim("long", FairClaims.Levels.ALL, SLOTS)).hasSize(SLOTS);
    return (System.nanoTime() - begin) / 1_000;
  }

  private static long median(List<Long> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
  }

  private static List<String> withOneThatNobodyKnows() {
    List<String> types = new ArrayList<>(TYPES);
    types.add("unknown");
    return types;
  }

  private static void enqueue(Servers servers, int count, List<String> types) {
    for (int left = count; left > 0; left -= CHUNK) {
      List<NewTask> chunk =
          IntStream.range(0, Math.min(left, CHUNK))
              .mapToObj(i ->
                  NewTask.of("long", types.get(i % types.size()), "{}")
                      .withTenant("t" + i / types.size() % TENANTS))
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
