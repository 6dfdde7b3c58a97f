package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Who enqueues what needs other tasks is in nobody's way, and no end of a needed task is missed.
 */
final class NeededTasksTest {
  private static final int ROUNDS = 300;
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static RunRenewals renewals;
  private static FinishedRuns finished;
  private static NeededTasks needed;

  @BeforeAll
  static void open() {
    renewals = new RunRenewals(Duration.ofSeconds(15));
    finished = new FinishedRuns(queue.hints());
    needed = new NeededTasks(queue.database(), queue.hints());
  }

  @Test
  void aNeededTaskIsRenewedAndEndsWhileTheOtherTransactionIsOpen() throws Exception {
    Run run = running();
    try (Connection foreign = foreign()) {
      TaskId waits = enqueue(foreign, run.task().id());
      Timestamp before = leaseUntil(run);
      Set<Lease> lost = queue.database().read(handle -> renewals.renewAll(handle, List.of(run)));
      assertThat(lost).isEmpty();
      assertThat(leaseUntil(run)).isAfter(before);
      complete(run);
      foreign.commit();
      assertThat(queue.find(waits).state()).isEqualTo(TaskState.WAITING);
      needed.pass();
      assertThat(queue.find(waits).state()).isEqualTo(TaskState.QUEUED);
    }
  }

  @Test
  void aTaskThatWasToldLetsTheOthersGoAtItsEnd() {
    Run run = running();
    TaskId waits = queue.enqueue(queue.task("count").after(List.of(run.task().id())));
    needed.pass();
    complete(run);
    assertThat(queue.find(waits).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void whatIsEnqueuedTogetherNeedsNoPass() {
    TaskId waits =
        queue
            .database()
            .inTransaction(transaction -> {
              TaskId first = queue.tasks().enqueue(transaction, queue.task("count"));
              return queue.tasks().enqueue(transaction, queue.task("count").after(List.of(first)));
            });
    complete(claim());
    assertThat(queue.find(waits).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aFailureBeforeItWasToldCancelsWhoNeededASuccessAndAllBehind() {
    Run run = running();
    TaskId waits = queue.enqueue(queue.task("count").after(List.of(run.task().id())));
    TaskId behind = queue.enqueue(queue.task("count").after(List.of(waits)));
    TaskId anyEnd = queue.enqueue(queue.task("count").afterEndOf(List.of(behind)));
    queue
        .database()
        .useTransaction(transaction ->
            finished.end(
                transaction, run.lease(), TaskState.FAILED, new Failure("no", null, null)));
    needed.pass();
    assertThat(queue.find(waits).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(behind).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(anyEnd).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aTaskThatIsDeletedBeforeItWasToldHasEnded() {
    Run run = running();
    TaskId waits = queue.enqueue(queue.task("count").after(List.of(run.task().id())));
    complete(run);
    Retention retention =
        new Retention(queue.database(), new TaskRetention(Duration.ZERO, Duration.ZERO));
    while (retention.deleteSome()) {
      assertThat(queue.tasks().find(waits)).isPresent();
    }
    assertThat(queue.tasks().find(run.task().id())).isEmpty();
    needed.pass();
    assertThat(queue.find(waits).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void twoWhoNeedTheSameInDifferentOrdersDoNotWaitForEachOther() throws Exception {
    TaskId one = queue.enqueue("count");
    TaskId other = queue.enqueue("count");
    try (Connection first = foreign();
        Connection second = foreign()) {
      enqueue(first, one);
      enqueue(second, other);
      enqueue(first, other);
      enqueue(second, one);
      first.commit();
      second.commit();
    }
  }

  /** Each needed task ends at about the time at which somebody commits that he needs it. */
  @Test
  void whoeverComesFirstNobodyWaitsForEver() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<TaskId> waiting = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> passes = new ArrayList<>();
      for (int n = 0; n < 2; n++) {
        passes.add(
            threads.submit(() -> {
              while (!over.get()) {
                needed.pass();
              }
            }));
      }
      for (int round = 0; round < ROUNDS; round++) {
        Run run = running();
        NewTask waits =
            queue.task("count").withDelay(Duration.ofHours(1)).after(List.of(run.task().id()));
        Callable<TaskId> enqueue = () -> queue.enqueue(waits);
        Callable<TaskId> end = () -> complete(run);
        var answers = threads.invokeAll(List.of(enqueue, end));
        waiting.add(answers.getFirst().get());
        assertThat(answers.getLast().get()).isEqualTo(run.task().id());
      }
      over.set(true);
      for (Future<?> pass : passes) {
        pass.get();
      }
    }
    needed.pass();
    assertThat(waiting)
        .allSatisfy(id -> assertThat(queue.find(id).state()).isEqualTo(TaskState.SCHEDULED));
    assertThat(
            queue.count(
                "select count(*) from task_dependencies d join tasks t on t.id = d.task"
                    + " where t.queue = '"
                    + queue.name()
                    + "'"))
        .isZero();
  }

  private Run running() {
    queue.enqueue("count");
    return claim();
  }

  private Run claim() {
    ClaimStatements statements =
        new ClaimStatements(
            "w", List.of(queue.name()), Set.of("count"), "b", Duration.ofSeconds(15));
    return new FairClaims(queue.database(), statements)
        .claim(queue.name(), FairClaims.Levels.ALL, 1)
        .getFirst();
  }

  private static TaskId complete(Run run) {
    FinishedRuns.Completion completion = new FinishedRuns.Completion(run.lease(), null, null);
    queue
        .database()
        .useTransaction(transaction ->
            assertThat(finished.completeAll(transaction, List.of(completion)))
                .containsExactly(run.lease()));
    return run.task().id();
  }

  private static Timestamp leaseUntil(Run run) {
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery("select lease_until from tasks where id = :id")
                .bind("id", run.task().id().value())
                .mapTo(Timestamp.class)
                .one());
  }

  private static Connection foreign() throws SQLException {
    Connection connection = queue.database().connectDirectly();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("set lock_timeout = '2s'");
    }
    return connection;
  }

  private TaskId enqueue(Connection connection, TaskId needs) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select skein_enqueue(?, 'count', needs => array[cast(? as uuid)])")) {
      statement.setString(1, queue.name());
      statement.setString(2, needs.toString());
      try (var row = statement.executeQuery()) {
        assertThat(row.next()).isTrue();
        return new TaskId(row.getObject(1, UUID.class));
      }
    }
  }
}
