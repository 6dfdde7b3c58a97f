package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers whose PostgreSQL goes, or gives them no connection, wait cheaply and go on. */
@Tag("long")
@Timeout(300)
final class PostgresLossTest {
  /** What fails for the first time loads its classes; waiting is what comes after. */
  private static final Duration UNWATCHED = Duration.ofSeconds(2);

  private static final Duration WATCHED = Duration.ofSeconds(5);
  private static final double MOST_OF_A_CORE = 0.05;
  private static final int LOOKS = 4;
  private static final boolean FULL = Boolean.getBoolean("skein.test.full");
  private static final int RESTARTS = FULL ? 20 : 4;
  private static final int TASKS_OF_A_RESTART = FULL ? 5_000 : 500;

  private final PostgresServer postgres = TestServers.newPostgres();
  private final Servers servers = Servers.on(postgres, TestServers.redis().url());
  private final String queue = "q-" + UUID.randomUUID();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
    workers.forEach(Worker::stop);
    servers.close();
    postgres.close();
  }

  @Test
  void aWorkerThatCannotReachPostgresWaitsWithoutWork() throws Exception {
    children.add(CrashingWorker.launch(servers, queue, 4));
    enqueue("effect", 20);
    awaitSucceeded(20);
    ProcessHandle worker = children.getFirst().toHandle();

    postgres.kill();
    assertThat(shareOfACore(worker)).as("while it is away").isLessThan(MOST_OF_A_CORE);
    postgres.start();
    enqueue("effect", 20);
    awaitSucceeded(40);

    postgres.freeze();
    double frozen = shareOfACore(worker);
    postgres.thaw();
    assertThat(frozen).as("while it hangs").isLessThan(MOST_OF_A_CORE);
    enqueue("effect", 20);
    awaitSucceeded(60);
    assertNothingWasSpent(60);
  }

  /** Twenty claims wait, whose clients repeat at once what failed. */
  @Test
  void claimsOverHttpWaitWithoutWorkWhilePostgresIsAway() throws Exception {
    children.add(WaitingClaims.launch(servers, queue, 20));
    enqueue("remote", 20);
    awaitSucceeded(20);
    ProcessHandle waiting = children.getFirst().toHandle();

    postgres.kill();
    assertThat(shareOfACore(waiting)).as("while it is away").isLessThan(MOST_OF_A_CORE);
    postgres.start();
    enqueue("remote", 20);
    awaitSucceeded(40);

    postgres.freeze();
    double frozen = shareOfACore(waiting);
    postgres.thaw();
    assertThat(frozen).as("while it hangs").isLessThan(MOST_OF_A_CORE);
    enqueue("remote", 20);
    awaitSucceeded(60);
  }

  @Test
  void aWorkerWhoseHandlersHoldAllConnectionsWaitsWithoutWork() throws Exception {
    servers.sql("create table released (at timestamptz)");
    int pool = PostgresSettings.parse(servers.address.url()).poolSize();
    children.add(CrashingWorker.launch(servers, queue, pool + 4));
    enqueue("effect", 20);
    awaitSucceeded(20);
    enqueue("hoard", pool);
    await().until(() -> hoarded() == pool);
    enqueue("effect", 20);
    double exhausted = shareOfACore(children.getFirst().toHandle());
    assertThat(hoarded()).as("connections that are held all the time").isEqualTo(pool);
    assertThat(exhausted).isLessThan(MOST_OF_A_CORE);
    servers.sql("insert into released values (now())");
    awaitSucceeded(40 + pool);
    assertNothingWasSpent(40 + pool);
  }

  private long hoarded() {
    return servers.count(
        "select count(*) from pg_stat_activity where state = 'active' and query like '%from released%'"
            + " and pid <> pg_backend_pid()");
  }

  /** All of them return while it is away: their completions wait in the worker. */
  @Test
  void completionsThatArePendingWhenPostgresRestartsAreWritten() throws Exception {
    int tasks = 64;
    CountDownLatch running = new CountDownLatch(tasks);
    CountDownLatch finish = new CountDownLatch(1);
    CountDownLatch returned = new CountDownLatch(tasks);
    Worker worker =
        start(
            servers,
            tasks,
            Handlers.of(
                "pending",
                context -> {
                  running.countDown();
                  finish.await();
                  context.result("{\"n\": 1}");
                  returned.countDown();
                }));
    enqueue("pending", tasks);
    running.await();
    postgres.kill();
    finish.countDown();
    returned.await();
    assertThat(worker.running()).as("what is not committed yet").isEqualTo(tasks);
    postgres.start();
    awaitSucceeded(tasks);
    assertNothingWasSpent(tasks);
    assertThat(servers.count("select count(*) from tasks where result is not null"))
        .isEqualTo(tasks);
    assertThat(returned.getCount()).isZero();
    await().until(() -> worker.running() == 0);
  }

  /** In order and by a crash, so that statements are cut off in every place. */
  @Test
  void nothingIsLostWhenPostgresRestartsUnderLoad() {
    int tasks = RESTARTS * TASKS_OF_A_RESTART;
    Map<TaskId, AtomicInteger> runs = new ConcurrentHashMap<>();
    start(
        servers,
        16,
        Handlers.of(
            "quick",
            context ->
                runs.computeIfAbsent(context.task().id(), id -> new AtomicInteger())
                    .incrementAndGet()));
    for (int restart = 0; restart < RESTARTS; restart++) {
      enqueue("quick", TASKS_OF_A_RESTART);
      int begun = restart * TASKS_OF_A_RESTART + TASKS_OF_A_RESTART / 4;
      await().pollInterval(Duration.ofMillis(1)).until(() -> runs.size() >= begun);
      if (restart % 2 == 0) {
        postgres.restart();
      } else {
        postgres.kill();
        postgres.start();
      }
    }
    awaitSucceeded(tasks);
    assertNothingWasSpent(tasks);
    assertThat(runs).hasSize(tasks);
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).hasValue(1));
  }

  @Test
  void connectionsThatAreCutAllTheTimeCostNoTask() throws Exception {
    start(servers, Handlers.of("slow", CrashingWorker::slowEffect));
    enqueue("slow", 400);
    for (int cut = 1; cut <= 8; cut++) {
      int done = 40 * cut;
      await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> succeeded() >= done);
      cutAll();
    }
    awaitSucceeded(400);
    assertNothingWasSpent(400);
    assertThat(servers.count("select count(*) from ledger where note = 'effect'")).isEqualTo(400);
    assertThat(servers.count("select count(distinct task) from ledger where note = 'effect'"))
        .isEqualTo(400);
  }

  /** For three leases, while another worker that has connections looks for lost ones. */
  @Test
  void handlersThatHoldAllConnectionsKeepTheirLeases() throws Exception {
    int pool = PostgresSettings.parse(servers.address.url()).poolSize();
    CountDownLatch held = new CountDownLatch(pool);
    CountDownLatch free = new CountDownLatch(1);
    TaskHandler hoarding =
        Handlers.of(
            "hoard",
            context ->
                servers.database.useTransaction(transaction -> {
                  held.countDown();
                  free.await();
                }));
    start(servers, pool, hoarding);
    enqueue("hoard", pool);
    held.await();
    try (Database other = Database.open(PostgresSettings.parse(servers.address.url()), "other");
        TaskQueue others = TaskQueue.open(other, servers.redis)) {
      Worker reaper =
          new Worker(CrashingWorker.settings(queue, 1), others, List.of(Handlers.idle("other")));
      workers.add(reaper);
      reaper.start();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> reaper.mayReap() && runningForThreeLeases(other) == pool);
      TaskId beside = others.enqueue(NewTask.of(queue, "other", "{}"));
      await().until(() -> others.find(beside).orElseThrow().state() == TaskState.SUCCEEDED);
      free.countDown();
      awaitSucceeded(pool + 1);
      reaper.stop();
    }
    assertNothingWasSpent(pool + 1);
  }

  private static long runningForThreeLeases(Database database) {
    return database.read(handle ->
        handle
            .createQuery(
                "select count(*) from tasks where state = 'running'"
                    + " and started_at < skein_now() - :term * interval '1 s'")
            .bind("term", CrashingWorker.LEASE.multipliedBy(3).toSeconds())
            .mapTo(Long.class)
            .one());
  }

  private void assertNothingWasSpent(int tasks) {
    assertThat(
            servers.count(
                "select count(*) from tasks where state = 'succeeded' and attempt = 1"
                    + " and crash_count = 0"))
        .isEqualTo(tasks);
  }

  /** By the first look that finds little, as none does at a busy loop; or by the last. */
  private static double shareOfACore(ProcessHandle process) {
    pass(UNWATCHED);
    double share = lookAt(process);
    for (int look = 2; look <= LOOKS && share >= MOST_OF_A_CORE; look++) {
      share = lookAt(process);
    }
    return share;
  }

  private static double lookAt(ProcessHandle process) {
    Duration before = process.info().totalCpuDuration().orElseThrow();
    long begin = System.nanoTime();
    pass(WATCHED);
    Duration used = process.info().totalCpuDuration().orElseThrow().minus(before);
    return (double) used.toNanos() / (System.nanoTime() - begin);
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await().until(() -> System.nanoTime() - end >= 0);
  }

  /** By a connection of its own, which nobody has cut yet. */
  private void cutAll() throws SQLException {
    try (Connection own = servers.database.connectDirectly();
        Statement statement = own.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where datname = current_database() and pid <> pg_backend_pid()");
    }
  }

  private void start(Servers where, TaskHandler handler) {
    start(where, 4, handler);
  }

  private Worker start(Servers where, int slots, TaskHandler handler) {
    Worker worker =
        new Worker(
            CrashingWorker.settings(queue, slots).withGrace(Duration.ofSeconds(1)),
            where.queue,
            List.of(handler));
    workers.add(worker);
    worker.start();
    return worker;
  }

  /** Where the connection of the pool was cut it is tried again, as its users do. */
  private void enqueue(String type, int count) {
    List<NewTask> tasks =
        IntStream.range(0, count).mapToObj(i -> NewTask.of(queue, type, "{}")).toList();
    await().until(() -> servers.database.whyUnreachable().isEmpty());
    servers.database.useTransaction(transaction -> servers.queue.enqueue(transaction, tasks));
  }

  private void awaitSucceeded(int count) {
    await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> succeeded() == count);
  }

  private long succeeded() {
    return servers.count("select count(*) from tasks where state = 'succeeded'");
  }
}
