package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.PostgresServer;
import io.skein.testing.ServerProcess;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers in processes of their own are killed, frozen and cut off. */
final class CrashTest {
  private static Servers servers;
  private final List<Process> children = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private String queue = "";

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
    servers.sql("create table ledger (task uuid, note text)");
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @BeforeEach
  void newQueue() {
    queue = "q-" + UUID.randomUUID();
  }

  @AfterEach
  void stop() {
    children.forEach(Process::destroyForcibly);
    workers.forEach(Worker::stop);
  }

  @Test
  void aFrozenWorkerLosesItsTasksAndCanDoNothingWhenItWakes() throws Exception {
    Process child = launch(1);
    TaskId id = enqueue("stubborn", 1).getFirst();
    awaitNotes("started", 1);
    startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    long frozen = System.nanoTime();
    awaitSucceeded(1);
    assertThat(Duration.ofNanos(System.nanoTime() - frozen))
        .isLessThan(CrashingWorker.LEASE.plusSeconds(3));
    process.thaw();
    servers.sql("insert into ledger values ('" + id + "', 'go on')");
    awaitNotes("woken LeaseLostException LeaseLostException", 1);
    awaitNotes("late", 0);
    awaitNotes("effect", 1);
    assertThat(servers.task(id).result()).isNull();
    assertThat(servers.task(id).crashes()).isEqualTo(1);
  }

  /** Each way in which a handler can end a run or do something in its name. */
  @Test
  void aWokenWorkerCanNeitherFailNorRepeatNorEnqueueInTheNameOfALostRun() throws Exception {
    List<String> ways = List.of("fail", "give up", "retry", "snooze", "discard", "enqueue");
    Process child = launch(ways.size());
    List<TaskId> ids =
        ways.stream()
            .map(way ->
                servers.queue.enqueue(
                    NewTask.of(queue, "stubborn", "\"" + way + "\"").withRetries(Retries.NONE)))
            .toList();
    awaitNotes("started", ids.size());
    Worker survivor = startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    awaitSucceeded(ids.size());
    survivor.stop();
    process.thaw();
    ids.forEach(id -> servers.sql("insert into ledger values ('" + id + "', 'go on')"));
    // All of its slots are free again when all of these have begun: every lost run is settled.
    enqueue("long", ways.size());
    awaitNotes("started", 2 * ids.size());
    awaitNotes("effect", ids.size());
    awaitNotes("late", 0);
    assertThat(servers.count("select count(*) from tasks where type = 'late'")).isZero();
    for (TaskId id : ids) {
      Task task = servers.task(id);
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.attempt()).isOne();
      assertThat(task.crashes()).isOne();
      assertThat(task.error()).isNull();
      assertThat(servers.count("select count(*) from task_attempts where task = '" + id + "'"))
          .as("only the crash is kept")
          .isOne();
    }
  }

  /** What decides here is the lease: the server waits longer for them than their successors. */
  @Test
  void transactionsThatWereOpenWhenTheirWorkerFrozeAreUndoneWhenItWakes() throws Exception {
    allowIdleTransactions("60s");
    try {
      Process child = launch(2);
      List<TaskId> ids = List.of(enqueueOpen("complete"), enqueueOpen("step"));
      awaitNotes("inside", 2);
      startSurvivor();
      ServerProcess process = new ServerProcess(child.pid());
      process.freeze();
      awaitSucceeded(2);
      process.thaw();
      ids.forEach(id -> servers.sql("insert into ledger values ('" + id + "', 'go on')"));
      awaitNotes("woken LeaseLostException", 2);
      assertOnlyTheSuccessorsCount(ids);
    } finally {
      allowIdleTransactions("5s");
    }
  }

  /** As the flow engine's steps may: nobody can give the task to another while its row is held. */
  @Test
  void aFrozenTransactionThatHoldsItsTaskIsEndedByTheServer() throws Exception {
    Process child = launch(1);
    TaskId id = enqueueOpen("complete, holding it");
    awaitNotes("inside", 1);
    startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    awaitSucceeded(1);
    process.thaw();
    servers.sql("insert into ledger values ('" + id + "', 'go on')");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            servers.count(
                    "select count(*) from ledger where note like 'woken %' and note <> 'woken done'"
                        + " and task = '"
                        + id
                        + "'")
                == 1);
    assertOnlyTheSuccessorsCount(List.of(id));
  }

  private static void allowIdleTransactions(String limit) {
    servers.sql(
        "alter role current_user in database "
            + servers.address.database()
            + " set idle_in_transaction_session_timeout = '"
            + limit
            + "'");
  }

  private TaskId enqueueOpen(String way) {
    return servers.queue.enqueue(NewTask.of(queue, "open", "\"" + way + "\""));
  }

  private void assertOnlyTheSuccessorsCount(List<TaskId> ids) {
    awaitNotes("effect", ids.size());
    awaitNotes("late", 0);
    for (TaskId id : ids) {
      Task task = servers.task(id);
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.result()).isNull();
      assertThat(task.attempt()).isOne();
      assertThat(task.crashes()).isOne();
    }
  }

  @Test
  void aLivingWorkerWhosePresenceWasCutKeepsItsTasks() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    Worker worker =
        start(
            servers,
            Handlers.of(
                "patient",
                context -> {
                  running.countDown();
                  finish.await();
                }));
    startSurvivor();
    TaskId id = enqueue("patient", 1).getFirst();
    running.await();
    for (int i = 0; i < 3; i++) {
      long before = presenceBackend(worker);
      servers.sql("select pg_terminate_backend(" + before + ")");
      await().until(() -> presenceBackend(worker) > 0 && presenceBackend(worker) != before);
    }
    TaskId next = enqueue("effect", 1).getFirst();
    await().until(() -> servers.task(next).state() == TaskState.SUCCEEDED);
    finish.countDown();
    await().until(() -> servers.task(id).state() == TaskState.SUCCEEDED);
    assertThat(servers.task(id).crashes()).isZero();
  }

  @Test
  void aRestartOfPostgresTakesNoTaskFromALivingWorker() throws Exception {
    try (PostgresServer postgres = TestServers.newPostgres();
        Servers own = Servers.on(postgres, TestServers.redis().url())) {
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch finish = new CountDownLatch(1);
      TaskHandler patient =
          Handlers.of(
              "patient",
              context -> {
                running.countDown();
                finish.await();
              });
      Worker one = start(own, patient);
      Worker other = start(own, patient);
      TaskId id = own.queue.enqueue(NewTask.of(queue, "patient", "{}"));
      running.await();
      postgres.kill();
      postgres.start();
      await().until(() -> !one.mayReap() && !other.mayReap());
      await().atMost(Duration.ofSeconds(20)).until(() -> one.mayReap() && other.mayReap());
      awaitThatALostWorkerIsFound(own);
      finish.countDown();
      await().until(() -> own.task(id).state() == TaskState.SUCCEEDED);
      assertThat(own.task(id).crashes()).isZero();
      TaskId after = own.queue.enqueue(NewTask.of(queue, "patient", "{}"));
      await().until(() -> own.task(after).state() == TaskState.SUCCEEDED);
      workers.forEach(Worker::stop);
    }
  }

  @Test
  void aSuspectRunsAloneInItsWorkerAndItsNeighboursGoOnAfterIt() {
    AtomicInteger together = new AtomicInteger();
    AtomicInteger mostBesideSuspect = new AtomicInteger();
    Handlers.Work work =
        context -> {
          int now = together.incrementAndGet();
          Thread.sleep(20);
          if (context.task().crashes() >= 2) {
            mostBesideSuspect.accumulateAndGet(Math.max(now, together.get()), Math::max);
          }
          together.decrementAndGet();
        };
    TaskId suspect = enqueue("quick", 1).getFirst();
    servers.sql("update tasks set crash_count = 2 where id = '" + suspect + "'");
    List<TaskId> neighbours = enqueue("quick", 600);
    start(servers, Handlers.of("quick", work));
    awaitSucceeded(601);
    assertThat(mostBesideSuspect).hasValue(1);
    Instant over = Objects.requireNonNull(servers.task(suspect).finishedAt());
    assertThat(neighbours)
        .as("some go on after it")
        .anyMatch(id -> Objects.requireNonNull(servers.task(id).startedAt()).isAfter(over));
  }

  /** Whoever looks lost by now is found as this one is: its lock is free, its lease is not over. */
  private static void awaitThatALostWorkerIsFound(Servers where) {
    TaskId lost = where.queue.enqueue(NewTask.of("lost", "lost", "{}"));
    where.sql(
        "update tasks set state = 'running', worker = 'nobody@0', lease = 1, attempt = 1,"
            + " started_at = skein_now(), lease_until = skein_now() + interval '1 hour'"
            + " where id = '"
            + lost
            + "'");
    await().until(() -> where.task(lost).crashes() == 1);
  }

  private long presenceBackend(Worker worker) {
    return servers.database.read(handle ->
        handle
            .createQuery("select pid from live_workers where key = hashtextextended(:worker, 0)")
            .bind("worker", worker.identity())
            .mapTo(Long.class)
            .findOne()
            .orElse(0L));
  }

  private Process launch(int slots) throws Exception {
    Process child = CrashingWorker.launch(servers, queue, slots);
    children.add(child);
    return child;
  }

  /** A worker in this process that has seen PostgreSQL long enough to reap. */
  private Worker startSurvivor() {
    Worker survivor =
        start(
            servers,
            Handlers.of("effect", CrashingWorker::effect),
            Handlers.of("long", CrashingWorker::effect),
            Handlers.of("open", CrashingWorker::effect),
            Handlers.of("stubborn", CrashingWorker::effect));
    await().until(survivor::mayReap);
    return survivor;
  }

  private Worker start(Servers where, TaskHandler... handlers) {
    Worker worker =
        new Worker(
            CrashingWorker.settings(queue, 4).withGrace(Duration.ofSeconds(1)),
            where.queue,
            List.of(handlers));
    workers.add(worker);
    worker.start();
    return worker;
  }

  private List<TaskId> enqueue(String type, int count) {
    List<NewTask> tasks =
        IntStream.range(0, count).mapToObj(i -> NewTask.of(queue, type, "{}")).toList();
    return servers.database.inTransaction(transaction -> servers.queue.enqueue(transaction, tasks));
  }

  private void awaitSucceeded(int count) {
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> succeeded() == count);
  }

  private long succeeded() {
    return servers.count(
        "select count(*) from tasks where state = 'succeeded' and queue = '" + queue + "'");
  }

  private void awaitNotes(String note, int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(
                    servers.count(
                        "select count(*) from ledger where note = '"
                            + note
                            + "' and task in (select id from tasks where queue = '"
                            + queue
                            + "')"))
                .as(note)
                .isEqualTo(count));
  }
}
