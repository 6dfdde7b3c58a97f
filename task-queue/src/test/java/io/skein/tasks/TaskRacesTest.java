package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The statements of {@link TaskModelTest} from several threads at once on the same few tasks. Which
 * order they take is PostgreSQL's matter, so there is no model, only what must be true whatever the
 * order: a lease is given once and ends once, a task succeeds once, no statement fails (a deadlock
 * would), and all that is live in the end can be brought to its end. {@code -Dskein.test.full=true}
 * makes three thousand rounds.
 */
@Timeout(1_200)
final class TaskRacesTest {
  private static final int ROUNDS = Boolean.getBoolean("skein.test.full") ? 3_000 : 50;
  private static final int THREADS = 3;
  private static final int TASKS = 5;
  private static final int STEPS = 20;
  private static final int MOST_ROUNDS_OF_THE_END = 50;
  private static final Duration TERM = Duration.ofSeconds(15);
  private static final Failure FAILURE = new Failure("on purpose", null, null);

  private static Servers servers;

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @Test
  void whateverOrderStatementsTakeEachLeaseEndsOnceAndEachTaskSucceedsOnce() throws Exception {
    long seed = Long.getLong("skein.test.seed", new Random().nextLong());
    AtomicInteger ends = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int n = 0; n < ROUNDS; n++) {
        try {
          Round round = new Round();
          round.enqueue(new Random(seed + n));
          List<Callable<Boolean>> racers = new ArrayList<>();
          for (int i = 0; i < THREADS; i++) {
            racers.add(round.new Racer(new Random((seed + n) * THREADS + i), "w" + i));
          }
          for (Future<Boolean> racer : threads.invokeAll(racers)) {
            assertThat(racer.get()).isTrue();
          }
          round.check();
          round.bringToAnEnd();
          ends.addAndGet(round.ended.size());
        } catch (Exception | AssertionError e) {
          throw new AssertionError("begun with -Dskein.test.seed=" + (seed + n), e);
        }
      }
    }
    System.out.println(ROUNDS + " rounds, in them " + ends + " runs that ended in a race");
    assertThat(ends.get()).isGreaterThan(ROUNDS);
  }

  private static final class Round {
    private final String queue = "r-" + UUID.randomUUID();
    private final RunRenewals renewals = new RunRenewals(TERM);
    private final FinishedRuns finished = new FinishedRuns(servers.queue.hints());
    private final List<TaskId> ids = new ArrayList<>();
    private final List<Run> runs = new CopyOnWriteArrayList<>();

    /** Leases that were given, by task and number. */
    private final Set<Lease> given = ConcurrentHashMap.newKeySet();

    /** Leases under which a write ended the run. */
    private final Set<Lease> ended = ConcurrentHashMap.newKeySet();

    private final Map<TaskId, AtomicInteger> successes = new ConcurrentHashMap<>();
    private final Map<TaskId, AtomicInteger> crashes = new ConcurrentHashMap<>();

    void enqueue(Random random) {
      for (int i = 0; i < TASKS; i++) {
        NewTask task = NewTask.of(queue, "t", "{}").withExpiry(Duration.ofHours(1));
        if (i > 0 && random.nextBoolean()) {
          List<TaskId> needed = List.of(ids.get(random.nextInt(i)));
          task = random.nextBoolean() ? task.after(needed) : task.afterEndOf(needed);
        }
        ids.add(servers.queue.enqueue(task));
      }
    }

    final class Racer implements Callable<Boolean> {
      private final Random random;
      private final ClaimStatements statements;
      private final FairClaims claims;

      Racer(Random random, String worker) {
        this.random = random;
        this.statements = new ClaimStatements(worker, List.of(queue), Set.of("t"), "b", TERM);
        this.claims = new FairClaims(servers.database, statements);
      }

      @Override
      public Boolean call() throws Exception {
        for (int step = 0; step < STEPS; step++) {
          act();
        }
        return true;
      }

      private void act() throws Exception {
        switch (random.nextInt(12)) {
          case 0, 1, 2 -> claim();
          case 3 -> completeSeveral();
          case 4 -> promote();
          case 5 -> cancel(anyTask());
          case 6 -> servers.queue.bulk().retry(anyTask());
          case 7 -> expire();
          case 8 -> crash();
          default -> endOne();
        }
      }

      private TaskId anyTask() {
        return ids.get(random.nextInt(ids.size()));
      }

      private void claim() {
        List<Run> claimed =
            new ArrayList<>(
                random.nextBoolean()
                    ? claims.claim(queue, FairClaims.Levels.ALL, 2)
                    : servers.database.<List<Run>, RuntimeException>read(
                        handle -> statements.hinted(handle, List.of(anyTask(), anyTask()))));
        servers
            .database
            .read(handle -> statements.suspect(handle, queue, false))
            .ifPresent(suspect -> {
              claimed.add(suspect);
              servers.database.read(handle -> renewals.begin(handle, suspect.lease()));
            });
        for (Run run : claimed) {
          assertThat(given.add(run.lease())).as("%s is given once", run.lease()).isTrue();
          runs.add(run);
        }
      }

      private void endOne() {
        if (runs.isEmpty()) {
          return;
        }
        Lease lease = runs.get(random.nextInt(runs.size())).lease();
        Duration hour = Duration.ofHours(1);
        int way = random.nextInt(7);
        boolean written =
            switch (way) {
              case 0 ->
                  servers
                      .database
                      .read(handle -> UnfinishedRuns.retry(handle, lease, FAILURE))
                      .isPresent();
              case 1 ->
                  servers.database.read(handle -> UnfinishedRuns.handBack(handle, lease, FAILURE));
              case 2 ->
                  servers.database.read(
                      handle -> UnfinishedRuns.snooze(handle, lease, hour, FAILURE));
              case 3 ->
                  servers.database.read(handle -> UnfinishedRuns.park(handle, lease, "c", FAILURE));
              case 4 ->
                  servers.database.inTransaction(
                      tx -> finished.end(tx, lease, TaskState.FAILED, FAILURE));
              default ->
                  servers.database.inTransaction(
                      tx -> finished.complete(tx, new FinishedRuns.Completion(lease, "1", null)));
            };
        if (written) {
          over(lease, way >= 5);
        }
      }

      private void completeSeveral() {
        List<FinishedRuns.Completion> some =
            runs.stream()
                .filter(run -> random.nextBoolean())
                .map(run -> new FinishedRuns.Completion(run.lease(), null, null))
                .toList();
        List<Lease> asked = some.stream().map(FinishedRuns.Completion::lease).toList();
        Set<Lease> written = servers.database.inTransaction(tx -> finished.completeAll(tx, some));
        assertThat(asked).as("nothing is completed under another lease").containsAll(written);
        written.forEach(lease -> over(lease, true));
      }

      private void crash() {
        if (!runs.isEmpty()) {
          Lease lease = runs.get(random.nextInt(runs.size())).lease();
          crashes.computeIfAbsent(lease.task(), id -> new AtomicInteger()).incrementAndGet();
          servers.sql(
              "update tasks set lease_until = skein_now() - interval '1 s' where id = '"
                  + lease.task()
                  + "' and lease = "
                  + lease.number()
                  + " and state = 'running'");
        }
        Reaper.of(servers, Handlers.idle("t")).reap();
      }

      private void expire() {
        servers.sql(
            "update tasks set expires_at = skein_now() - interval '1 s' where id = '"
                + anyTask()
                + "'");
        new Expiry(servers.database, servers.queue.hints()).pass();
      }
    }

    private void over(Lease lease, boolean success) {
      assertThat(ended.add(lease)).as("%s ends once", lease).isTrue();
      if (success) {
        successes.computeIfAbsent(lease.task(), id -> new AtomicInteger()).incrementAndGet();
      }
    }

    private void promote() {
      servers.sql(
          "update tasks set run_at = skein_now() where state = 'scheduled' and queue = '"
              + queue
              + "'");
      new DuePromoter(servers.database, servers.queue.hints()).promote();
      new NeededTasks(servers.database, servers.queue.hints()).pass();
      new Unparking(servers.database, servers.queue.hints(), List.of(queue), List.of("t"), "b")
          .pass();
    }

    private static void cancel(TaskId id) {
      servers.database.useTransaction(tx -> {
        var unused = servers.queue.cancel(tx, id);
      });
    }

    void check() {
      new NeededTasks(servers.database, servers.queue.hints()).pass();
      for (TaskId id : ids) {
        Task task = servers.task(id);
        long runsOfIt = given.stream().filter(lease -> lease.task().equals(id)).count();
        long highest =
            given.stream()
                .filter(lease -> lease.task().equals(id))
                .mapToLong(Lease::number)
                .max()
                .orElse(0);
        assertThat(times(successes, id))
            .as("successes of %s", task)
            .isEqualTo(task.state() == TaskState.SUCCEEDED ? 1 : 0);
        assertThat((long) task.attempt()).as("attempts of %s", task).isBetween(0L, runsOfIt);
        assertThat(task.crashes()).as("crashes of %s", task).isBetween(0, times(crashes, id));
        assertThat(servers.count("select lease from tasks where id = '" + id + "'"))
            .as("lease of %s", task)
            .isGreaterThanOrEqualTo(highest);
        assertThat(task.state() == TaskState.WAITING).isEqualTo(waitsForSomeLive(id));
      }
      assertThat(
              servers.count(
                  "select count(*) from tasks where (state = 'running') <> (lease_until is not null)"
                      + " or (state in ('succeeded', 'failed', 'dead', 'cancelled'))"
                      + " <> (finished_at is not null)"))
          .as("rows that contradict themselves")
          .isZero();
    }

    private static boolean waitsForSomeLive(TaskId id) {
      return servers.count(
              "select count(*) from task_dependencies d join tasks n on n.id = d.needs"
                  + " join tasks t on t.id = d.task where t.state = 'waiting' and t.id = '"
                  + id
                  + "' and n."
                  + TaskState.LIVE)
          > 0;
    }

    private static int times(Map<TaskId, AtomicInteger> counts, TaskId id) {
      @Nullable AtomicInteger count = counts.get(id);
      return count == null ? 0 : count.get();
    }

    /** Whoever is still at work loses its run, and another one completes whatever there is. */
    void bringToAnEnd() throws Exception {
      Racer last = new Racer(new Random(), "last");
      for (int n = 0; n < MOST_ROUNDS_OF_THE_END && live() > 0; n++) {
        servers.sql(
            "update tasks set lease_until = skein_now() - interval '1 s'"
                + " where state = 'running'");
        servers.sql("update tasks set crash_count = least(crash_count, 1)");
        Reaper.of(servers, Handlers.idle("t")).reap();
        promote();
        for (Run run : last.claims.claim(queue, FairClaims.Levels.ALL, TASKS)) {
          boolean written =
              servers.database.inTransaction(tx ->
                  finished.complete(tx, new FinishedRuns.Completion(run.lease(), null, null)));
          assertThat(written).isTrue();
        }
      }
      assertThat(live()).as("tasks that cannot be brought to an end").isZero();
      servers.sql("delete from tasks");
      servers.sql("delete from task_dependencies");
      servers.sql("delete from task_attempts");
    }

    private static long live() {
      new Expiry(servers.database, servers.queue.hints()).pass();
      return servers.count("select count(*) from tasks where " + TaskState.LIVE);
    }
  }
}
