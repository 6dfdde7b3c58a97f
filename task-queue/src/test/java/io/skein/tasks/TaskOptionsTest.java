package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What one may ask of a task when it is enqueued, and what its handler may ask while it runs. */
final class TaskOptionsTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void aChainRunsInItsOrder() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    queue.start(Handlers.of("link", context -> order.add(context.task().payload())));
    TaskId first = queue.enqueue(queue.task("link", "1").withDelay(Duration.ofMillis(300)));
    TaskId second = queue.enqueue(queue.task("link", "2").after(List.of(first)));
    TaskId third = queue.enqueue(queue.task("link", "3").after(List.of(second)));
    assertThat(queue.find(third).state()).isEqualTo(TaskState.WAITING);
    assertThat(queue.find(third).waitsFor()).isEqualTo(1);
    queue.await(third, TaskState.SUCCEEDED);
    assertThat(order).containsExactly("1", "2", "3");
  }

  @Test
  void aBatchHasACallbackThatRunsOnceAfterAll() {
    AtomicInteger done = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger(-1);
    queue.start(
        Handlers.of("part", context -> done.incrementAndGet()),
        Handlers.of("all", context -> seen.set(done.get())));
    List<NewTask> parts =
        IntStream.range(0, 100).mapToObj(i -> queue.task("part", String.valueOf(i))).toList();
    TaskId callback =
        queue
            .database()
            .inTransaction(tx -> {
              List<TaskId> ids = queue.tasks().enqueue(tx, parts);
              return queue.tasks().enqueue(tx, queue.task("all").after(ids));
            });
    queue.await(callback, TaskState.SUCCEEDED);
    assertThat(seen).hasValue(100);
    assertThat(queue.count("select count(*) from task_dependencies")).isZero();
  }

  @Test
  void whoNeedsASuccessThatDoesNotComeIsCancelledAndWhoNeedsAnEndGoesOn() {
    queue.start(
        Handlers.of(
            "bad",
            context -> {
              throw new PermanentTaskException("no");
            }),
        Handlers.idle("next"));
    TaskId bad = queue.enqueue(queue.task("bad").withDelay(Duration.ofMillis(300)));
    TaskId needs = queue.enqueue(queue.task("next").after(List.of(bad)));
    TaskId needsThat = queue.enqueue(queue.task("next").after(List.of(needs)));
    TaskId anyEnd = queue.enqueue(queue.task("next").afterEndOf(List.of(bad, needsThat)));
    queue.await(anyEnd, TaskState.SUCCEEDED);
    assertThat(queue.find(needs).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(needsThat).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(needs).error()).contains("did not succeed");
    assertThat(queue.find(queue.enqueue(queue.task("next").after(List.of(bad)))).state())
        .as("it has failed already")
        .isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void cancellingATaskCancelsWhoNeedsIt() {
    TaskId first = queue.enqueue("none");
    TaskId second = queue.enqueue(queue.task("none").after(List.of(first)));
    queue.database().useTransaction(tx -> assertThat(queue.tasks().cancel(tx, first)).isTrue());
    assertThat(queue.find(second).state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void uniqueUntilItBeginsEndsOrAPeriodIsOver() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    NewTask untilBegun = queue.task("one").withUnique(Uniqueness.untilBegun("k"));
    TaskId first = queue.enqueue(untilBegun);
    assertThat(queue.enqueue(untilBegun)).isEqualTo(first);
    queue.start(
        Handlers.of(
            "one",
            context -> {
              begun.countDown();
              go.await();
            }));
    begun.await();
    TaskId second = queue.enqueue(untilBegun);
    assertThat(second).as("the first has begun").isNotEqualTo(first);
    go.countDown();
    queue.await(second, TaskState.SUCCEEDED);

    NewTask inPeriod = queue.task("one").withUnique(Uniqueness.inPeriod("p", Duration.ofHours(1)));
    TaskId third = queue.enqueue(inPeriod);
    queue.await(third, TaskState.SUCCEEDED);
    assertThat(queue.enqueue(inPeriod)).isEqualTo(third);
    queue.sql("update task_periods set until = until - interval '61 minutes'");
    assertThat(queue.enqueue(inPeriod)).isNotEqualTo(third);
  }

  @Test
  void whatHasNotBegunInTimeIsCancelled() {
    TaskId late = queue.enqueue(queue.task("never").withExpiry(Duration.ofMillis(200)));
    TaskId after = queue.enqueue(queue.task("other").afterEndOf(List.of(late)));
    queue.start(Handlers.idle("other"));
    assertThat(queue.await(late, TaskState.CANCELLED).error()).contains("in time");
    queue.await(after, TaskState.SUCCEEDED);
  }

  @Test
  void aHandlerSnoozesRetriesAndDiscards() {
    AtomicInteger runs = new AtomicInteger();
    queue.start(
        Handlers.of(
            "moody",
            context -> {
              context.log("run " + runs.incrementAndGet());
              switch (runs.get()) {
                case 1 -> context.snooze(Duration.ofMillis(50), "not now");
                case 2 -> context.retryAfter(Duration.ofMillis(50), "again");
                default -> context.discard("no longer wanted");
              }
            }));
    TaskId id = queue.enqueue("moody");
    Task task = queue.await(id, TaskState.CANCELLED);
    assertThat(task.attempt()).as("a snooze does not count").isEqualTo(2);
    assertThat(task.error()).isEqualTo("no longer wanted");
    assertThat(task.log()).isEqualTo("run 3\n");
    assertThat(attempts(id)).containsExactly("snoozed: not now, run 1", "retried: again, run 2");
  }

  @Test
  void whatARunLeavesIsThereForTheNext() {
    queue.start(
        Handlers.of(
            "long",
            context -> {
              String left = context.task().details();
              if (left == null) {
                context.progress(40);
                context.details("{\"row\": 400}");
                context.useStep(tx -> {});
                context.retryAfter(Duration.ZERO, "crashed, as it were");
              }
              context.result(Objects.requireNonNull(left));
            }));
    Task task = queue.await(queue.enqueue("long"), TaskState.SUCCEEDED);
    assertThat(task.result()).isEqualTo("{\"row\": 400}");
  }

  @Test
  void aPayloadOfTheWrongShapeIsParkedUntilABuildThatKnowsIt() {
    AtomicInteger read = new AtomicInteger();
    startBuild("1", typed("mail", read));
    TaskId id = queue.enqueue(queue.task("mail", "{\"too\": \"a@example.org\"}"));
    Task parked = queue.await(id, TaskState.PARKED);
    assertThat(parked.error()).contains("the payload is no Mail").contains("to");
    assertThat(parked.attempt()).isZero();
    startBuild("1", typed("mail", read));
    queue.stopWorkers();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.PARKED);
    startBuild("2", Handlers.of("mail", context -> read.incrementAndGet()));
    queue.await(id, TaskState.SUCCEEDED);
  }

  @Test
  void aPayloadThatIsNullIsParkedAndNotHandled() {
    AtomicInteger read = new AtomicInteger();
    startBuild("1", typed("mail", read));
    TaskId id = queue.enqueue(queue.task("mail", "null"));
    assertThat(queue.await(id, TaskState.PARKED).error()).contains("null, which is no Mail");
    assertThat(read).hasValue(0);
  }

  @Test
  void buildsThatAllCannotReadAPayloadTryItOnceEach() {
    AtomicInteger read = new AtomicInteger();
    startBuild("1", typed("mail", read));
    startBuild("2", typed("mail", read));
    TaskId id = queue.enqueue(queue.task("mail", "{\"too\": \"a@example.org\"}"));
    await().untilAsserted(() -> assertThat(parkings(id)).isEqualTo(2));
    AtomicInteger looks = new AtomicInteger();
    await()
        .during(Duration.ofSeconds(3))
        .until(() -> looks.incrementAndGet() > 0 && parkings(id) == 2);
    assertThat(queue.find(id).state()).isEqualTo(TaskState.PARKED);
    startBuild("3", Handlers.of("mail", context -> read.incrementAndGet()));
    queue.await(id, TaskState.SUCCEEDED);
    assertThat(queue.find(id).attempt()).isOne();
  }

  private static long parkings(TaskId id) {
    return queue.count(
        "select count(*) from task_attempts where outcome = 'parked' and task = '" + id + "'");
  }

  /** A deploy may bring who knows the type: the patience is thirty seconds. */
  @Test
  void aTypeThatNobodyKnowsIsLeftAloneForThePatience() {
    queue.start(Handlers.idle("known"));
    queue.await(queue.enqueue("known"), TaskState.SUCCEEDED);
    TaskId unknown = queue.enqueue("removed");
    parkAhead(Duration.ofSeconds(28));
    assertThat(queue.find(unknown).state()).isEqualTo(TaskState.QUEUED);
    parkAhead(Duration.ofSeconds(31));
    assertThat(queue.find(unknown).state()).isEqualTo(TaskState.PARKED);
  }

  private void parkAhead(Duration ahead) {
    new Parking(queue.servers().queueAhead(ahead).database()).park(Parking.PATIENCE);
  }

  @Test
  void aTypeThatNoWorkerOfTheQueueKnowsIsParkedUntilOneDoes() {
    queue.start(Handlers.idle("known"));
    TaskId unknown = queue.enqueue("removed");
    queue.await(queue.enqueue("known"), TaskState.SUCCEEDED);
    new Parking(queue.database()).park(Duration.ZERO);
    Task parked = queue.find(unknown);
    assertThat(parked.state()).isEqualTo(TaskState.PARKED);
    assertThat(parked.error()).contains("knows the type removed");
    queue.start(Handlers.idle("removed"));
    queue.await(unknown, TaskState.SUCCEEDED);
  }

  @Test
  void manyAreCopiedWithAllTheyHave() {
    List<NewTask> tasks =
        IntStream.range(0, 1_000)
            .mapToObj(i ->
                queue
                    .task("copied", "{\"text\": \"tab\\t, \\\\ and \\n\", \"n\": " + i + "}")
                    .withTenant("a\tb\\c\nd")
                    .withFlow(UUID.nameUUIDFromBytes(new byte[] {1}))
                    .withPriority(i % 2 == 0 ? Priority.HIGH : Priority.LOW)
                    .withDelay(Duration.ofSeconds(i % 3))
                    .withExpiry(Duration.ofHours(1))
                    .withCorrelation("c")
                    .withTraceparent("00-1-2-01")
                    .withConcurrencyKey("key"))
            .toList();
    List<TaskId> ids = queue.database().inTransaction(tx -> queue.tasks().enqueue(tx, tasks));
    for (int i : List.of(0, 1, 2, 999)) {
      Task one = queue.find(ids.get(i));
      TaskId called = queue.enqueue(tasks.get(i));
      Task other = queue.find(called);
      assertThat(one)
          .usingRecursiveComparison()
          .ignoringFields("id", "runAt", "createdAt")
          .isEqualTo(other);
      assertThat(Duration.between(one.createdAt(), one.runAt())).isEqualTo(tasks.get(i).delay());
    }
  }

  private static final class MailHandler extends TypedTaskHandler<MailHandler.Mail> {
    private final AtomicInteger read;

    record Mail(String to) {}

    MailHandler(String type, AtomicInteger read) {
      super(type, Mail.class);
      this.read = read;
    }

    @Override
    protected void handle(TaskContext context, Mail mail) {
      read.incrementAndGet();
    }
  }

  private static TaskHandler typed(String type, AtomicInteger read) {
    return new MailHandler(type, read);
  }

  private static void startBuild(String build, TaskHandler... handlers) {
    queue.start(queue.settings().withBuild(build), handlers);
  }

  private static List<String> attempts(TaskId task) {
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery(
                    "select outcome || ': ' || error || ', ' || rtrim(log, E'\\n') from task_attempts"
                        + " where task = :task order by lease")
                .bind("task", task.value())
                .mapTo(String.class)
                .list());
  }
}
