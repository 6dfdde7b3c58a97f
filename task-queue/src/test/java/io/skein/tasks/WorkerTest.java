package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One worker in this process; each test has a queue of its own. */
final class WorkerTest {
  private static Servers servers;
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
    workers.forEach(Worker::stop);
  }

  @Test
  void effectAndCompletionCommitTogether() {
    start(
        Handlers.of(
            "pay",
            context -> {
              context.useStep(transaction -> note(transaction, context.task().id(), "step"));
              context.complete(
                  transaction -> note(transaction, context.task().id(), "done"),
                  "{\"paid\": true}");
            }));
    TaskId id = enqueue("pay");
    Task task = awaitState(id, TaskState.SUCCEEDED);
    assertThat(task.result()).isEqualTo("{\"paid\": true}");
    assertThat(task.attempt()).isEqualTo(1);
    assertThat(task.finishedAt()).isNotNull();
    assertThat(notes(id)).containsExactly("step", "done");
  }

  @Test
  void toReturnIsToSucceedAndMayLeaveAResult() {
    start(Handlers.of("sum", context -> context.result("[1, 2]")));
    assertThat(awaitState(enqueue("sum"), TaskState.SUCCEEDED).result()).isEqualTo("[1, 2]");
  }

  @Test
  void aTaskEnqueuedFromSqlIsFound() {
    start(Handlers.of("sql", context -> {}));
    TaskId id =
        new TaskId(
            servers.database.read(handle ->
                handle
                    .createQuery("select skein_enqueue(:queue, 'sql')")
                    .bind("queue", queue)
                    .mapTo(UUID.class)
                    .one()));
    awaitState(id, TaskState.SUCCEEDED);
  }

  @Test
  void retriesWaitLongerEachTimeThenTheTaskIsDead() throws Exception {
    List<String> reactions = Collections.synchronizedList(new ArrayList<>());
    TaskHandler broken =
        Handlers.of(
            "broken",
            context -> {
              throw new IllegalStateException("attempt " + context.task().attempt());
            },
            (transaction, task, error) -> {
              note(transaction, task.id(), "reaction");
              reactions.add(error);
            });
    start(broken);
    TaskId id = enqueue("broken");
    List<Integer> expected = List.of(60, 120, 240);
    int moved = 0;
    for (int retry = 1; retry <= 3; retry++) {
      int attempt = retry;
      await()
          .until(() ->
              servers.task(id).state() == TaskState.SCHEDULED
                  && servers.task(id).attempt() == attempt);
      long delay =
          servers.count(
              "select round(extract(epoch from run_at - clock_timestamp())) from tasks where id = '"
                  + id
                  + "'");
      int seconds = expected.get(retry - 1);
      assertThat(delay - moved).isBetween((long) (seconds * 0.9) - 3, (long) (seconds * 1.1) + 3);
      assertThat(servers.task(id).error()).contains("attempt " + attempt);
      moved += (int) (seconds * 1.1) + 2;
      stop();
      workers.clear();
      startWithMovedClock(moved, broken);
    }
    Task dead = awaitState(id, TaskState.DEAD);
    assertThat(dead.attempt()).isEqualTo(4);
    assertThat(reactions).containsExactly("java.lang.IllegalStateException: attempt 4");
    assertThat(notes(id)).containsExactly("reaction");
  }

  @Test
  void aPermanentErrorFailsAtOnce() {
    start(
        Handlers.of(
            "refuse",
            context -> {
              throw new PermanentTaskException("no such file");
            },
            (transaction, task, error) -> note(transaction, task.id(), error)));
    TaskId id = enqueue("refuse");
    Task task = awaitState(id, TaskState.FAILED);
    assertThat(task.attempt()).isEqualTo(1);
    assertThat(task.error()).contains("no such file");
    assertThat(notes(id)).hasSize(1);
  }

  @Test
  void aReactionThatKeepsThrowingIsVisible() {
    start(
        Handlers.of(
            "refuse",
            context -> {
              throw new PermanentTaskException("no such file");
            },
            (transaction, task, error) -> {
              note(transaction, task.id(), "never kept");
              throw new AssertionError("broken reaction");
            }));
    TaskId id = enqueue("refuse");
    assertThat(awaitState(id, TaskState.FAILED).error())
        .contains("no such file")
        .contains("broken reaction");
    assertThat(notes(id)).isEmpty();
  }

  @Test
  void aTypeNobodyKnowsStaysQueuedForWhoKnowsIt() {
    start(Handlers.of("known", context -> {}));
    TaskId unknown = enqueue("unknown");
    awaitState(enqueue("known"), TaskState.SUCCEEDED);
    assertThat(servers.task(unknown).state()).isEqualTo(TaskState.QUEUED);
    start(Handlers.of("unknown", context -> {}));
    awaitState(unknown, TaskState.SUCCEEDED);
  }

  @Test
  void aCancelledRunCanDoNothingMore() throws Exception {
    UUID flow = UUID.randomUUID();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<Throwable> refused = new AtomicReference<>();
    start(
        Handlers.of(
            "long",
            context -> {
              running.countDown();
              cancelled.await();
              try {
                context.complete(
                    transaction -> note(transaction, context.task().id(), "too late"), null);
              } catch (LeaseLostException e) {
                refused.set(e);
                throw e;
              }
            }));
    TaskId id = servers.queue.enqueue(NewTask.of(queue, "long", "{}").withFlow(flow));
    running.await();
    servers.database.useTransaction(
        transaction -> assertThat(servers.queue.cancel(transaction, flow)).isEqualTo(1));
    cancelled.countDown();
    await().untilAsserted(() -> assertThat(refused.get()).isNotNull());
    assertThat(notes(id)).isEmpty();
    assertThat(servers.task(id).state()).isEqualTo(TaskState.CANCELLED);
    await().until(() -> workers.getFirst().running() == 0);
  }

  @Test
  void aCancelledRunIsInterruptedAtTheNextHeartbeat() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    start(
        settings().withLease(Duration.ofMillis(200), Duration.ofSeconds(2)),
        Handlers.of(
            "long",
            context -> {
              running.countDown();
              try {
                Thread.sleep(Duration.ofMinutes(1));
              } catch (InterruptedException e) {
                assertThat(context.stopRequested()).isTrue();
                interrupted.countDown();
              }
            }));
    TaskId id = enqueue("long");
    running.await();
    servers.database.useTransaction(transaction -> servers.queue.cancel(transaction, id));
    assertThat(interrupted.await(2, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void timeLimitsAskThenInterruptThenAbandon() {
    AtomicInteger abandoned = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    WorkerListener listener =
        new WorkerListener() {
          @Override
          public void abandoned(Task task) {
            abandoned.incrementAndGet();
          }
        };
    Worker worker =
        new Worker(
            settings().withSlots(3),
            servers.queue,
            List.of(
                Handlers.of(
                    "polite",
                    context -> {
                      while (true) {
                        context.checkStop();
                        Thread.onSpinWait();
                      }
                    }),
                Handlers.of("asleep", context -> Thread.sleep(Duration.ofMinutes(1))),
                Handlers.of(
                    "deaf",
                    context -> {
                      boolean open = true;
                      while (open) {
                        try {
                          never.await();
                          open = false;
                        } catch (InterruptedException ignored) {
                          open = true;
                        }
                      }
                    },
                    (transaction, task, error) -> note(transaction, task.id(), "reaction"))),
            listener);
    workers.add(worker);
    worker.start();
    TimeLimits limits = new TimeLimits(Duration.ofMillis(200), Duration.ofMillis(600));
    TaskId polite =
        servers.queue.enqueue(
            NewTask.of(queue, "polite", "{}").withLimits(limits).withRetries(Retries.NONE));
    TaskId asleep =
        servers.queue.enqueue(
            NewTask.of(queue, "asleep", "{}").withLimits(limits).withRetries(Retries.NONE));
    TaskId deaf = servers.queue.enqueue(NewTask.of(queue, "deaf", "{}").withLimits(limits));
    assertThat(awaitState(polite, TaskState.DEAD).error()).contains("soft time limit");
    assertThat(awaitState(asleep, TaskState.DEAD).error())
        .contains("soft time limit")
        .contains("InterruptedException");
    assertThat(awaitState(deaf, TaskState.FAILED).error()).contains("hard time limit");
    assertThat(notes(deaf)).containsExactly("reaction");
    await().untilAsserted(() -> assertThat(abandoned).hasValue(1));
    await().until(() -> worker.running() == 0);
    never.countDown();
  }

  @Test
  void stopHandsBackWithTheAttemptUnchanged() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    Worker first =
        start(
            settings().withGrace(Duration.ofMillis(300)),
            Handlers.of(
                "long",
                context -> {
                  running.countDown();
                  Thread.sleep(Duration.ofMinutes(1));
                }),
            Handlers.of(
                "batches",
                context -> {
                  running.countDown();
                  while (true) {
                    context.checkStop();
                    Thread.sleep(10);
                  }
                }));
    TaskId asleep = enqueue("long");
    TaskId batches = enqueue("batches");
    running.await();
    first.stop();
    first.stop();
    for (TaskId id : List.of(asleep, batches)) {
      assertThat(servers.task(id).state()).isEqualTo(TaskState.QUEUED);
      assertThat(servers.task(id).attempt()).isZero();
      assertThat(servers.task(id).crashes()).isZero();
    }
    start(Handlers.of("long", context -> {}), Handlers.of("batches", context -> {}));
    assertThat(awaitState(asleep, TaskState.SUCCEEDED).attempt()).isEqualTo(1);
    awaitState(batches, TaskState.SUCCEEDED);
  }

  /** As one whose answer came too late, or never. */
  @Test
  void stopGivesBackAClaimThatItDoesNotKnow() {
    Worker worker = start(Handlers.of("known", context -> {}));
    Run unknown = servers.running("known", worker.identity());
    worker.stop();
    Task task = servers.task(unknown.task().id());
    assertThat(task.state()).isEqualTo(TaskState.QUEUED);
    assertThat(task.attempt()).isZero();
    assertThat(task.crashes()).isZero();
  }

  @Test
  void aSpentWorkerHasRunExactlyAsManyTasksAndClaimsNoMore() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger spent = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      enqueue("once");
    }
    Worker worker =
        new Worker(
            settings().withSlots(4).withRecycleAfter(10),
            servers.queue,
            List.of(Handlers.of("once", context -> runs.incrementAndGet())),
            new WorkerListener() {
              @Override
              public void spent() {
                spent.incrementAndGet();
              }
            });
    workers.add(worker);
    worker.start();
    await().untilAsserted(() -> assertThat(spent).hasValue(1));
    enqueue("once"); // its hint is not taken either
    worker.stop();
    assertThat(runs).hasValue(10);
    start(Handlers.of("once", context -> runs.incrementAndGet()));
    await().untilAsserted(() -> assertThat(runs).hasValue(21));
    assertThat(spent).hasValue(1);
  }

  @Test
  void stopIsSafeBeforeStartAndAfterIt() {
    Worker worker = new Worker(settings(), servers.queue, List.of());
    worker.stop();
    worker.stop();
    assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theMoreUrgentRunsFirst() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    enqueue(NewTask.of(queue, "note", "\"low\"").withPriority(Priority.LOW));
    enqueue(NewTask.of(queue, "note", "\"normal\""));
    enqueue(NewTask.of(queue, "note", "\"high\"").withPriority(Priority.HIGH));
    start(
        settings().withSlots(1),
        Handlers.of("note", context -> order.add(context.task().payload())));
    await().untilAsserted(() -> assertThat(order).hasSize(3));
    assertThat(order).containsExactly("\"high\"", "\"normal\"", "\"low\"");
  }

  @Test
  void aDelayedTaskStartsWhenItIsDue() {
    start(Handlers.of("later", context -> {}));
    TaskId id = enqueue(NewTask.of(queue, "later", "{}").withDelay(Duration.ofMillis(700)));
    assertThat(servers.task(id).state()).isEqualTo(TaskState.SCHEDULED);
    Task done = awaitState(id, TaskState.SUCCEEDED);
    assertThat(done.startedAt()).isAfterOrEqualTo(done.createdAt().plusMillis(700));
  }

  private TaskId enqueue(NewTask task) {
    return servers.queue.enqueue(task);
  }

  private TaskId enqueue(String type) {
    return enqueue(NewTask.of(queue, type, "{}"));
  }

  private TaskId enqueue(String type, String payload) {
    return enqueue(NewTask.of(queue, type, payload).withRetries(Retries.NONE));
  }

  private WorkerSettings settings() {
    return WorkerSettings.named("w").withQueues(List.of(queue)).withGrace(Duration.ofSeconds(1));
  }

  private Worker start(TaskHandler... handlers) {
    return start(settings(), handlers);
  }

  private Worker start(WorkerSettings settings, TaskHandler... handlers) {
    Worker worker = new Worker(settings, servers.queue, List.of(handlers));
    workers.add(worker);
    worker.start();
    return worker;
  }

  private void startWithMovedClock(int seconds, TaskHandler handler) {
    TaskQueue ahead = servers.queueAhead(Duration.ofSeconds(seconds));
    Worker worker = new Worker(settings(), ahead, List.of(handler));
    workers.add(worker);
    worker.start();
  }

  private static Task awaitState(TaskId id, TaskState state) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(servers.task(id).state()).isEqualTo(state));
    return servers.task(id);
  }

  private static void note(Transaction transaction, TaskId task, String text) {
    transaction.handle().execute("insert into ledger values (?, ?)", task.value(), text);
  }

  private static List<String> notes(TaskId task) {
    return servers.database.read(handle ->
        handle
            .createQuery("select note from ledger where task = :task order by ctid")
            .bind("task", task.value())
            .mapTo(String.class)
            .list());
  }
}
