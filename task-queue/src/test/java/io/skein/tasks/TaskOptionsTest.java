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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one may ask of a task when it is enqueued, and what its handler may ask while it runs. */
final class TaskOptionsTest {
  private static Servers servers;
  private final List<Worker> workers = new ArrayList<>();
  private String queue = "";

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
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
  void aChainRunsInItsOrder() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    start(Handlers.of("link", context -> order.add(context.task().payload())));
    TaskId first = enqueue(task("link", "1").withDelay(Duration.ofMillis(300)));
    TaskId second = enqueue(task("link", "2").after(List.of(first)));
    TaskId third = enqueue(task("link", "3").after(List.of(second)));
    assertThat(servers.task(third).state()).isEqualTo(TaskState.WAITING);
    assertThat(servers.task(third).waitsFor()).isEqualTo(1);
    awaitState(third, TaskState.SUCCEEDED);
    assertThat(order).containsExactly("1", "2", "3");
  }

  @Test
  void aBatchHasACallbackThatRunsOnceAfterAll() {
    AtomicInteger done = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger(-1);
    start(
        Handlers.of("part", context -> done.incrementAndGet()),
        Handlers.of("all", context -> seen.set(done.get())));
    List<NewTask> parts =
        IntStream.range(0, 100).mapToObj(i -> task("part", String.valueOf(i))).toList();
    TaskId callback =
        servers.database.inTransaction(tx -> {
          List<TaskId> ids = servers.queue.enqueue(tx, parts);
          return servers.queue.enqueue(tx, task("all", "{}").after(ids));
        });
    awaitState(callback, TaskState.SUCCEEDED);
    assertThat(seen).hasValue(100);
    assertThat(servers.count("select count(*) from task_dependencies")).isZero();
  }

  @Test
  void whoNeedsASuccessThatDoesNotComeIsCancelledAndWhoNeedsAnEndGoesOn() {
    start(
        Handlers.of(
            "bad",
            context -> {
              throw new PermanentTaskException("no");
            }),
        Handlers.of("next", context -> {}));
    TaskId bad = enqueue(task("bad", "{}").withDelay(Duration.ofMillis(300)));
    TaskId needs = enqueue(task("next", "{}").after(List.of(bad)));
    TaskId needsThat = enqueue(task("next", "{}").after(List.of(needs)));
    TaskId anyEnd = enqueue(task("next", "{}").afterEndOf(List.of(bad, needsThat)));
    awaitState(anyEnd, TaskState.SUCCEEDED);
    assertThat(servers.task(needs).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(servers.task(needsThat).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(servers.task(needs).error()).contains("did not succeed");
    assertThat(servers.task(enqueue(task("next", "{}").after(List.of(bad)))).state())
        .as("it has failed already")
        .isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void cancellingATaskCancelsWhoNeedsIt() {
    TaskId first = enqueue(task("none", "{}"));
    TaskId second = enqueue(task("none", "{}").after(List.of(first)));
    servers.database.useTransaction(tx -> assertThat(servers.queue.cancel(tx, first)).isTrue());
    assertThat(servers.task(second).state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void uniqueUntilItBeginsEndsOrAPeriodIsOver() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    NewTask untilBegun = task("one", "{}").withUnique(Uniqueness.untilBegun("k"));
    TaskId first = enqueue(untilBegun);
    assertThat(enqueue(untilBegun)).isEqualTo(first);
    start(
        Handlers.of(
            "one",
            context -> {
              begun.countDown();
              go.await();
            }));
    begun.await();
    TaskId second = enqueue(untilBegun);
    assertThat(second).as("the first has begun").isNotEqualTo(first);
    go.countDown();
    awaitState(second, TaskState.SUCCEEDED);

    NewTask inPeriod = task("one", "{}").withUnique(Uniqueness.inPeriod("p", Duration.ofHours(1)));
    TaskId third = enqueue(inPeriod);
    awaitState(third, TaskState.SUCCEEDED);
    assertThat(enqueue(inPeriod)).isEqualTo(third);
    servers.sql("update task_periods set until = until - interval '61 minutes'");
    assertThat(enqueue(inPeriod)).isNotEqualTo(third);
  }

  @Test
  void whatHasNotBegunInTimeIsCancelled() {
    TaskId late = enqueue(task("never", "{}").withExpiry(Duration.ofMillis(200)));
    TaskId after = enqueue(task("other", "{}").afterEndOf(List.of(late)));
    start(Handlers.of("other", context -> {}));
    assertThat(awaitState(late, TaskState.CANCELLED).error()).contains("in time");
    awaitState(after, TaskState.SUCCEEDED);
  }

  @Test
  void aHandlerSnoozesRetriesAndDiscards() {
    AtomicInteger runs = new AtomicInteger();
    start(
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
    TaskId id = enqueue(task("moody", "{}"));
    Task task = awaitState(id, TaskState.CANCELLED);
    assertThat(task.attempt()).as("a snooze does not count").isEqualTo(2);
    assertThat(task.error()).isEqualTo("no longer wanted");
    assertThat(task.log()).isEqualTo("run 3\n");
    assertThat(attempts(id)).containsExactly("snoozed: not now, run 1", "retried: again, run 2");
  }

  @Test
  void whatARunLeavesIsThereForTheNext() {
    start(
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
    Task task = awaitState(enqueue(task("long", "{}")), TaskState.SUCCEEDED);
    assertThat(task.result()).isEqualTo("{\"row\": 400}");
  }

  @Test
  void aPayloadOfTheWrongShapeIsParkedUntilABuildThatKnowsIt() {
    AtomicInteger read = new AtomicInteger();
    start("1", typed("mail", read));
    TaskId id = enqueue(task("mail", "{\"too\": \"a@example.org\"}"));
    Task parked = awaitState(id, TaskState.PARKED);
    assertThat(parked.error()).contains("the payload is no Mail").contains("to");
    assertThat(parked.attempt()).isZero();
    start("1", typed("mail", read));
    stop();
    workers.clear();
    assertThat(servers.task(id).state()).isEqualTo(TaskState.PARKED);
    start("2", Handlers.of("mail", context -> read.incrementAndGet()));
    awaitState(id, TaskState.SUCCEEDED);
  }

  @Test
  void aPayloadThatIsNullIsParkedAndNotHandled() {
    AtomicInteger read = new AtomicInteger();
    start("1", typed("mail", read));
    TaskId id = enqueue(task("mail", "null"));
    assertThat(awaitState(id, TaskState.PARKED).error()).contains("null, which is no Mail");
    assertThat(read).hasValue(0);
  }

  @Test
  void buildsThatAllCannotReadAPayloadTryItOnceEach() {
    AtomicInteger read = new AtomicInteger();
    start("1", typed("mail", read));
    start("2", typed("mail", read));
    TaskId id = enqueue(task("mail", "{\"too\": \"a@example.org\"}"));
    await().untilAsserted(() -> assertThat(parkings(id)).isEqualTo(2));
    AtomicInteger looks = new AtomicInteger();
    await()
        .during(Duration.ofSeconds(3))
        .atMost(Duration.ofSeconds(5))
        .until(() -> looks.incrementAndGet() > 0 && parkings(id) == 2);
    assertThat(servers.task(id).state()).isEqualTo(TaskState.PARKED);
    start("3", Handlers.of("mail", context -> read.incrementAndGet()));
    awaitState(id, TaskState.SUCCEEDED);
    assertThat(servers.task(id).attempt()).isOne();
  }

  private static long parkings(TaskId id) {
    return servers.count(
        "select count(*) from task_attempts where outcome = 'parked' and task = '" + id + "'");
  }

  /** A deploy may bring who knows the type: the patience is thirty seconds. */
  @Test
  void aTypeThatNobodyKnowsIsLeftAloneForThePatience() {
    start(Handlers.of("known", context -> {}));
    awaitState(enqueue(task("known", "{}")), TaskState.SUCCEEDED);
    TaskId unknown = enqueue(task("removed", "{}"));
    parkAhead(Duration.ofSeconds(28));
    assertThat(servers.task(unknown).state()).isEqualTo(TaskState.QUEUED);
    parkAhead(Duration.ofSeconds(31));
    assertThat(servers.task(unknown).state()).isEqualTo(TaskState.PARKED);
  }

  private void parkAhead(Duration ahead) {
    new Parking(
            servers.queueAhead(ahead).database(),
            servers.queue.hints(),
            WorkerSettings.named("x").withQueues(List.of(queue)),
            List.of("known"))
        .park(Parking.PATIENCE);
  }

  @Test
  void aTypeThatNoWorkerOfTheQueueKnowsIsParkedUntilOneDoes() {
    start(Handlers.of("known", context -> {}));
    TaskId unknown = enqueue(task("removed", "{}"));
    awaitState(enqueue(task("known", "{}")), TaskState.SUCCEEDED);
    new Parking(
            servers.database,
            servers.queue.hints(),
            WorkerSettings.named("x").withQueues(List.of(queue)),
            List.of("known"))
        .park(Duration.ZERO);
    Task parked = servers.task(unknown);
    assertThat(parked.state()).isEqualTo(TaskState.PARKED);
    assertThat(parked.error()).contains("knows the type removed");
    start(Handlers.of("removed", context -> {}));
    awaitState(unknown, TaskState.SUCCEEDED);
  }

  @Test
  void manyAreCopiedWithAllTheyHave() {
    List<NewTask> tasks =
        IntStream.range(0, 1_000)
            .mapToObj(i ->
                task("copied", "{\"text\": \"tab\\t, \\\\ and \\n\", \"n\": " + i + "}")
                    .withTenant("a\tb\\c\nd")
                    .withFlow(UUID.nameUUIDFromBytes(new byte[] {1}))
                    .withPriority(i % 2 == 0 ? Priority.HIGH : Priority.LOW)
                    .withDelay(Duration.ofSeconds(i % 3))
                    .withExpiry(Duration.ofHours(1))
                    .withCorrelation("c")
                    .withTraceparent("00-1-2-01")
                    .withConcurrencyKey("key"))
            .toList();
    List<TaskId> ids = servers.database.inTransaction(tx -> servers.queue.enqueue(tx, tasks));
    for (int i : List.of(0, 1, 2, 999)) {
      Task one = servers.task(ids.get(i));
      TaskId called = enqueue(tasks.get(i));
      Task other = servers.task(called);
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

  private NewTask task(String type, String payload) {
    return NewTask.of(queue, type, payload);
  }

  private static TaskId enqueue(NewTask task) {
    return servers.queue.enqueue(task);
  }

  private void start(TaskHandler... handlers) {
    start("1", handlers);
  }

  private void start(String build, TaskHandler... handlers) {
    Worker worker =
        new Worker(
            WorkerSettings.named("w").withQueues(List.of(queue)).withBuild(build),
            servers.queue,
            List.of(handlers));
    workers.add(worker);
    worker.start();
  }

  private static Task awaitState(TaskId id, TaskState state) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(servers.task(id).state()).isEqualTo(state));
    return servers.task(id);
  }

  private static List<String> attempts(TaskId task) {
    return servers.database.read(handle ->
        handle
            .createQuery(
                "select outcome || ': ' || error || ', ' || rtrim(log, E'\\n') from task_attempts"
                    + " where task = :task order by lease")
            .bind("task", task.value())
            .mapTo(String.class)
            .list());
  }
}
