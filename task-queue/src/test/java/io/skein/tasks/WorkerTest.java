package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One worker in this process; each test has a queue of its own. */
final class WorkerTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void effectAndCompletionCommitTogether() {
    queue.start(
        Handlers.of(
            "pay",
            context -> {
              context.useStep(transaction -> Ledger.note(transaction, context.task().id(), "step"));
              context.complete(
                  transaction -> Ledger.note(transaction, context.task().id(), "done"),
                  "{\"paid\": true}");
            }));
    TaskId id = queue.enqueue("pay");
    Task task = queue.await(id, TaskState.SUCCEEDED);
    assertThat(task.result()).isEqualTo("{\"paid\": true}");
    assertThat(task.attempt()).isEqualTo(1);
    assertThat(task.finishedAt()).isNotNull();
    assertThat(queue.ledger().notes(id)).containsExactly("step", "done");
  }

  @Test
  void toReturnIsToSucceedAndMayLeaveAResult() {
    queue.start(Handlers.of("sum", context -> context.result("[1, 2]")));
    assertThat(queue.await(queue.enqueue("sum"), TaskState.SUCCEEDED).result()).isEqualTo("[1, 2]");
  }

  @Test
  void aTaskEnqueuedFromSqlIsFound() {
    queue.start(Handlers.idle("sql"));
    TaskId id =
        new TaskId(
            queue
                .database()
                .read(handle ->
                    handle
                        .createQuery("select skein_enqueue(:queue, 'sql')")
                        .bind("queue", queue.name())
                        .mapTo(UUID.class)
                        .one()));
    queue.await(id, TaskState.SUCCEEDED);
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
              Ledger.note(transaction, task.id(), "reaction");
              reactions.add(error);
            });
    queue.start(broken);
    TaskId id = queue.enqueue("broken");
    List<Integer> expected = List.of(60, 120, 240);
    int moved = 0;
    for (int retry = 1; retry <= 3; retry++) {
      int attempt = retry;
      await()
          .until(() ->
              queue.find(id).state() == TaskState.SCHEDULED && queue.find(id).attempt() == attempt);
      long delay =
          queue.count(
              "select round(extract(epoch from run_at - clock_timestamp())) from tasks where id = '"
                  + id
                  + "'");
      int seconds = expected.get(retry - 1);
      assertThat(delay - moved).isBetween((long) (seconds * 0.9) - 3, (long) (seconds * 1.1) + 3);
      assertThat(queue.find(id).error()).contains("attempt " + attempt);
      moved += (int) (seconds * 1.1) + 2;
      queue.stopWorkers();
      startWithMovedClock(moved, broken);
    }
    Task dead = queue.await(id, TaskState.DEAD);
    assertThat(dead.attempt()).isEqualTo(4);
    assertThat(reactions).containsExactly("java.lang.IllegalStateException: attempt 4");
    assertThat(queue.ledger().notes(id)).containsExactly("reaction");
  }

  @Test
  void aPermanentErrorFailsAtOnce() {
    queue.start(
        Handlers.of(
            "refuse",
            context -> {
              throw new PermanentTaskException("no such file");
            },
            (transaction, task, error) -> Ledger.note(transaction, task.id(), error)));
    TaskId id = queue.enqueue("refuse");
    Task task = queue.await(id, TaskState.FAILED);
    assertThat(task.attempt()).isEqualTo(1);
    assertThat(task.error()).contains("no such file");
    assertThat(queue.ledger().notes(id)).hasSize(1);
  }

  @Test
  void aReactionThatKeepsThrowingIsVisible() {
    queue.start(
        Handlers.of(
            "refuse",
            context -> {
              throw new PermanentTaskException("no such file");
            },
            (transaction, task, error) -> {
              Ledger.note(transaction, task.id(), "never kept");
              throw new AssertionError("broken reaction");
            }));
    TaskId id = queue.enqueue("refuse");
    assertThat(queue.await(id, TaskState.FAILED).error())
        .contains("no such file")
        .contains("broken reaction");
    assertThat(queue.ledger().notes(id)).isEmpty();
  }

  @Test
  void aTypeNobodyKnowsStaysQueuedForWhoKnowsIt() {
    queue.start(Handlers.idle("known"));
    TaskId unknown = queue.enqueue("unknown");
    queue.await(queue.enqueue("known"), TaskState.SUCCEEDED);
    assertThat(queue.find(unknown).state()).isEqualTo(TaskState.QUEUED);
    queue.start(Handlers.idle("unknown"));
    queue.await(unknown, TaskState.SUCCEEDED);
  }

  @Test
  void aCancelledRunCanDoNothingMore() throws Exception {
    UUID flow = UUID.randomUUID();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<Throwable> refused = new AtomicReference<>();
    queue.start(
        Handlers.of(
            "long",
            context -> {
              running.countDown();
              cancelled.await();
              try {
                context.complete(
                    transaction -> Ledger.note(transaction, context.task().id(), "too late"), null);
              } catch (LeaseLostException e) {
                refused.set(e);
                throw e;
              }
            }));
    TaskId id = queue.enqueue(queue.task("long").withFlow(flow));
    running.await();
    queue
        .database()
        .useTransaction(
            transaction -> assertThat(queue.tasks().cancel(transaction, flow)).isEqualTo(1));
    cancelled.countDown();
    await().untilAsserted(() -> assertThat(refused.get()).isNotNull());
    assertThat(queue.ledger().notes(id)).isEmpty();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.CANCELLED);
    await().until(() -> queue.workers().getFirst().running() == 0);
  }

  @Test
  void aCancelledRunIsInterruptedAtTheNextHeartbeat() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    queue.start(
        queue.settings().withLease(Duration.ofMillis(200), Duration.ofSeconds(2)),
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
    TaskId id = queue.enqueue("long");
    running.await();
    queue.database().useTransaction(transaction -> queue.tasks().cancel(transaction, id));
    assertThat(interrupted.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
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
        queue.start(
            queue.settings().withSlots(3),
            listener,
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
                (transaction, task, error) -> Ledger.note(transaction, task.id(), "reaction")));
    TimeLimits limits = new TimeLimits(Duration.ofMillis(200), Duration.ofMillis(600));
    TaskId polite =
        queue.enqueue(queue.task("polite").withLimits(limits).withRetries(Retries.NONE));
    TaskId asleep =
        queue.enqueue(queue.task("asleep").withLimits(limits).withRetries(Retries.NONE));
    TaskId deaf = queue.enqueue(queue.task("deaf").withLimits(limits));
    assertThat(queue.await(polite, TaskState.DEAD).error()).contains("soft time limit");
    assertThat(queue.await(asleep, TaskState.DEAD).error())
        .contains("soft time limit")
        .contains("InterruptedException");
    assertThat(queue.await(deaf, TaskState.FAILED).error()).contains("hard time limit");
    assertThat(queue.ledger().notes(deaf)).containsExactly("reaction");
    await().untilAsserted(() -> assertThat(abandoned).hasValue(1));
    await().until(() -> worker.running() == 0);
    never.countDown();
  }

  @Test
  void stopHandsBackWithTheAttemptUnchanged() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    Worker first =
        queue.start(
            queue.settings().withGrace(Duration.ofMillis(300)),
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
    TaskId asleep = queue.enqueue("long");
    TaskId batches = queue.enqueue("batches");
    running.await();
    first.stop();
    first.stop();
    for (TaskId id : List.of(asleep, batches)) {
      assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
      assertThat(queue.find(id).attempt()).isZero();
      assertThat(queue.find(id).crashes()).isZero();
    }
    queue.start(Handlers.idle("long"), Handlers.idle("batches"));
    assertThat(queue.await(asleep, TaskState.SUCCEEDED).attempt()).isEqualTo(1);
    queue.await(batches, TaskState.SUCCEEDED);
  }

  /** As one whose answer came too late, or never. */
  @Test
  void stopGivesBackAClaimThatItDoesNotKnow() {
    Worker worker = queue.start(Handlers.idle("known"));
    Run unknown = queue.servers().running("known", worker.identity());
    worker.stop();
    Task task = queue.find(unknown.task().id());
    assertThat(task.state()).isEqualTo(TaskState.QUEUED);
    assertThat(task.attempt()).isZero();
    assertThat(task.crashes()).isZero();
  }

  @Test
  void aSpentWorkerHasRunExactlyAsManyTasksAndClaimsNoMore() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger spent = new AtomicInteger();
    WorkerListener listener =
        new WorkerListener() {
          @Override
          public void spent() {
            spent.incrementAndGet();
          }
        };
    TaskHandler once = Handlers.of("once", context -> runs.incrementAndGet());
    queue.enqueue(20, "once");
    Worker worker = queue.start(queue.settings().withSlots(4).withRecycleAfter(10), listener, once);
    await().untilAsserted(() -> assertThat(spent).hasValue(1));
    queue.enqueue("once"); // its hint is not taken either
    worker.stop();
    assertThat(runs).hasValue(10);
    queue.start(once);
    await().untilAsserted(() -> assertThat(runs).hasValue(21));
    assertThat(spent).hasValue(1);
  }

  @Test
  void stopIsSafeBeforeStartAndAfterIt() {
    Worker worker = new Worker(queue.settings(), queue.tasks(), List.of());
    worker.stop();
    worker.stop();
    assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theMoreUrgentRunsFirst() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    queue.enqueue(queue.task("note", "\"low\"").withPriority(Priority.LOW));
    queue.enqueue(queue.task("note", "\"normal\""));
    queue.enqueue(queue.task("note", "\"high\"").withPriority(Priority.HIGH));
    queue.start(
        queue.settings().withSlots(1),
        Handlers.of("note", context -> order.add(context.task().payload())));
    await().untilAsserted(() -> assertThat(order).hasSize(3));
    assertThat(order).containsExactly("\"high\"", "\"normal\"", "\"low\"");
  }

  @Test
  void aDelayedTaskStartsWhenItIsDue() {
    queue.start(Handlers.idle("later"));
    TaskId id = queue.enqueue(queue.task("later").withDelay(Duration.ofMillis(700)));
    assertThat(queue.find(id).state()).isEqualTo(TaskState.SCHEDULED);
    Task done = queue.await(id, TaskState.SUCCEEDED);
    assertThat(done.startedAt()).isAfterOrEqualTo(done.createdAt().plusMillis(700));
  }

  private void startWithMovedClock(int seconds, TaskHandler handler) {
    TaskQueue ahead = queue.servers().queueAhead(Duration.ofSeconds(seconds));
    queue.start(new Worker(queue.settings(), ahead, List.of(handler)));
  }
}
