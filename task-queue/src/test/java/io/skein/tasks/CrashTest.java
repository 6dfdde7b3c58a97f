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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers in processes of their own are killed, frozen and cut off. */
@Tag("long")
final class CrashTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void stop() {
    children.forEach(Process::destroyForcibly);
  }

  @Test
  void aFrozenWorkerLosesItsTasksAndCanDoNothingWhenItWakes() throws Exception {
    Process child = launch(1);
    TaskId id = queue.enqueue("stubborn");
    awaitNotes("started", 1);
    startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    queue.awaitSucceeded(1);
    process.thaw();
    queue.ledger().note(id, "go on");
    awaitNotes("woken LeaseLostException LeaseLostException", 1);
    awaitNotes("late", 0);
    awaitNotes("effect", 1);
    assertThat(queue.find(id).result()).isNull();
    assertThat(queue.find(id).crashes()).isEqualTo(1);
  }

  /** Each way in which a handler can end a run or do something in its name. */
  @Test
  void aWokenWorkerCanNeitherFailNorRepeatNorEnqueueInTheNameOfALostRun() throws Exception {
    List<String> ways = List.of("fail", "give up", "retry", "snooze", "discard", "enqueue");
    Process child = launch(ways.size());
    List<TaskId> ids =
        ways.stream()
            .map(way ->
                queue.enqueue(queue.task("stubborn", "\"" + way + "\"").withRetries(Retries.NONE)))
            .toList();
    awaitNotes("started", ids.size());
    Worker survivor = startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    queue.awaitSucceeded(ids.size());
    survivor.stop();
    process.thaw();
    ids.forEach(id -> queue.ledger().note(id, "go on"));
    // All of its slots are free again when all of these have begun: every lost run is settled.
    queue.enqueue(ways.size(), "long");
    awaitNotes("started", 2 * ids.size());
    awaitNotes("effect", ids.size());
    awaitNotes("late", 0);
    assertThat(queue.count("select count(*) from tasks where type = 'late'")).isZero();
    for (TaskId id : ids) {
      Task task = queue.find(id);
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.attempt()).isOne();
      assertThat(task.crashes()).isOne();
      assertThat(task.error()).isNull();
      assertThat(queue.count("select count(*) from task_attempts where task = '" + id + "'"))
          .as("only the crash is kept")
          .isOne();
    }
  }

  /** What decides here is the lease: the server waits longer for them than their successors. */
  @Test
  void transactionsThatWereOpenWhenTheirWorkerFrozeAreUndoneWhenItWakes() throws Exception {
    Process child = launch(2);
    List<TaskId> ids = List.of(enqueueOpen("complete"), enqueueOpen("step"));
    awaitNotes("inside", 2);
    startSurvivor();
    ServerProcess process = new ServerProcess(child.pid());
    process.freeze();
    queue.awaitSucceeded(2);
    process.thaw();
    ids.forEach(id -> queue.ledger().note(id, "go on"));
    awaitNotes("woken LeaseLostException", 2);
    assertOnlyTheSuccessorsCount(ids);
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
    queue.awaitSucceeded(1);
    process.thaw();
    queue.ledger().note(id, "go on");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            queue.count(
                    "select count(*) from ledger where note like 'woken %' and note <> 'woken done'"
                        + " and task = '"
                        + id
                        + "'")
                == 1);
    assertOnlyTheSuccessorsCount(List.of(id));
  }

  private TaskId enqueueOpen(String way) {
    return queue.enqueue(queue.task("open", "\"" + way + "\""));
  }

  private void assertOnlyTheSuccessorsCount(List<TaskId> ids) {
    awaitNotes("effect", ids.size());
    awaitNotes("late", 0);
    for (TaskId id : ids) {
      Task task = queue.find(id);
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
            queue.servers(),
            Handlers.of(
                "patient",
                context -> {
                  running.countDown();
                  finish.await();
                }));
    startSurvivor();
    TaskId id = queue.enqueue("patient");
    running.await();
    for (int i = 0; i < 3; i++) {
      long before = presenceBackend(worker);
      queue.sql("select pg_terminate_backend(" + before + ")");
      await().until(() -> presenceBackend(worker) > 0 && presenceBackend(worker) != before);
    }
    TaskId next = queue.enqueue("effect");
    await().until(() -> queue.find(next).state() == TaskState.SUCCEEDED);
    finish.countDown();
    await().until(() -> queue.find(id).state() == TaskState.SUCCEEDED);
    assertThat(queue.find(id).crashes()).isZero();
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
      TaskId id = own.queue.enqueue(queue.task("patient"));
      running.await();
      postgres.kill();
      postgres.start();
      await().until(() -> !one.mayReap() && !other.mayReap());
      await().atMost(Duration.ofSeconds(20)).until(() -> one.mayReap() && other.mayReap());
      awaitThatALostWorkerIsFound(own);
      finish.countDown();
      await().until(() -> own.task(id).state() == TaskState.SUCCEEDED);
      assertThat(own.task(id).crashes()).isZero();
      TaskId after = own.queue.enqueue(queue.task("patient"));
      await().until(() -> own.task(after).state() == TaskState.SUCCEEDED);
      queue.stopWorkers();
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
    TaskId suspect = queue.enqueue("quick");
    queue.sql("update tasks set crash_count = 2 where id = '" + suspect + "'");
    List<TaskId> neighbours = queue.enqueue(600, "quick");
    start(queue.servers(), Handlers.of("quick", work));
    queue.awaitSucceeded(601);
    assertThat(mostBesideSuspect).hasValue(1);
    Instant over = Objects.requireNonNull(queue.find(suspect).finishedAt());
    assertThat(neighbours)
        .as("some go on after it")
        .anyMatch(id -> Objects.requireNonNull(queue.find(id).startedAt()).isAfter(over));
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
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery(
                    "select pid from live_workers where key = hashtextextended(:worker, 0)")
                .bind("worker", worker.identity())
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  private Process launch(int slots) throws Exception {
    Process child = CrashingWorker.launch(queue.servers(), queue.name(), slots);
    children.add(child);
    return child;
  }

  /** A worker in this process that has seen PostgreSQL long enough to reap. */
  private Worker startSurvivor() {
    Worker survivor =
        start(
            queue.servers(),
            Handlers.of("effect", CrashingWorker::effect),
            Handlers.of("long", CrashingWorker::effect),
            Handlers.of("open", CrashingWorker::effect),
            Handlers.of("stubborn", CrashingWorker::effect));
    await().until(survivor::mayReap);
    return survivor;
  }

  private Worker start(Servers where, TaskHandler... handlers) {
    return queue.start(
        new Worker(
            CrashingWorker.settings(queue.name(), 4).withGrace(Duration.ofSeconds(1)),
            where.queue,
            List.of(handlers)));
  }

  private void awaitNotes(String note, int count) {
    await()
        .untilAsserted(() ->
            assertThat(
                    queue.count(
                        "select count(*) from ledger where note = '"
                            + note
                            + "' and task in (select id from tasks where queue = '"
                            + queue.name()
                            + "')"))
                .as(note)
                .isEqualTo(count));
  }
}
