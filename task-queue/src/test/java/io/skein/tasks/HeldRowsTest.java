package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.skein.testing.Stalls;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another transaction holds the row of a running task, as one that enqueues a successor does. */
@Timeout(120)
final class HeldRowsTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  private static final int SLOTS = 4;
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void aTaskThatReturnedWaitsForItsRowAndDelaysNoOther() throws Exception {
    Stalls.repeatIfStalled(() -> {
      try {
        returnToAHeldRow();
      } finally {
        queue.stopWorkers();
      }
    });
  }

  private void returnToAHeldRow() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Worker worker =
        queue.start(
            queue.settings().withSlots(SLOTS),
            Handlers.of(
                "held",
                context -> {
                  running.countDown();
                  goOn.await();
                }),
            Handlers.idle("free"));
    TaskId held = queue.enqueue("held");
    running.await();
    try (Connection other = hold(held)) {
      goOn.countDown();
      List<TaskId> free = queue.enqueue(5 * SLOTS, "free");
      await()
          .atMost(Duration.ofSeconds(4))
          .until(() -> free.stream().allMatch(id -> queue.find(id).state() == TaskState.SUCCEEDED));
      assertThat(queue.find(held).state()).isEqualTo(TaskState.RUNNING);
      await().until(() -> worker.running() == 1);
      other.rollback();
    }
    queue.await(held, TaskState.SUCCEEDED);
    await().until(() -> worker.running() == 0);
  }

  @Test
  void whatIsHeldAndWhatIsLostAreToldApart() throws Exception {
    FinishedRuns finished = new FinishedRuns(queue.hints());
    Run held = queue.servers().running("t", "w1");
    Run lost = queue.servers().running("t", "w1");
    Run free = queue.servers().running("t", "w1");
    queue.sql("update tasks set lease = 2 where id = '" + lost.task().id() + "'");
    List<FinishedRuns.Completion> completions =
        List.of(held, lost, free).stream()
            .map(run -> new FinishedRuns.Completion(run.lease(), null, null))
            .toList();
    try (Connection other = hold(held.task().id())) {
      FinishedRuns.Completed completed =
          queue.database().inTransaction(tx -> finished.completeUnlocked(tx, completions));
      assertThat(completed.done()).containsExactly(free.lease());
      assertThat(completed.held()).containsExactly(held.lease());
      other.rollback();
    }
  }

  /** A lease lasts 15 s here; a sign is fresh for half of that. */
  @ParameterizedTest
  @CsvSource({"1, 1, false", "40, 1, false", "1, 8, true", "71, 1, true"})
  void anExpiredLeaseIsSparedForATimeWhileItsWorkerShowsItself(
      int expiredFor, int silentFor, boolean taken) {
    String worker = "w-" + UUID.randomUUID();
    Run run = queue.servers().running("t", worker);
    queue.sql(
        "update tasks set lease_until = skein_now() - interval '"
            + expiredFor
            + " s' where id = '"
            + run.task().id()
            + "'");
    queue.sql(
        "insert into task_workers"
            + " (identity, name, queues, types, slots, build, started_at, seen_at) values ('"
            + worker
            + "', 'w', '{}', '{}', 1, 'b', skein_now(), skein_now() - interval '"
            + silentFor
            + " s')");
    Reaper.of(queue.servers()).reap();
    assertThat(queue.find(run.task().id()).state())
        .isEqualTo(taken ? TaskState.QUEUED : TaskState.RUNNING);
  }

  @Test
  void whatAHandlerSaidIsWrittenOnce() throws Exception {
    RunRenewals renewals = new RunRenewals(TERM);
    Run run = queue.servers().running("t", "w1");
    run.noteDetails(incompressible());
    run.noteProgress(5);
    try (Connection other = hold(run.task().id())) {
      renew(renewals, run);
      assertThat(run.untold().details()).as("its row was held").isNotNull();
      other.rollback();
    }
    renew(renewals, run);
    long stored = place(run);
    assertThat(run.untold()).isEqualTo(Run.Note.NONE);
    assertThat(queue.find(run.task().id()).progress()).isEqualTo(5);
    run.noteProgress(6);
    renew(renewals, run);
    assertThat(queue.find(run.task().id()).progress()).isEqualTo(6);
    assertThat(place(run)).as("the details stay where they are").isEqualTo(stored);
  }

  @Test
  void whatWasSaidInAStepThatFailsIsSaidAgain() {
    RunRenewals renewals = new RunRenewals(TERM);
    FinishedRuns finished = new FinishedRuns(queue.hints());
    Run run = queue.servers().running("t", "w1");
    TaskContext context = new TaskContext(queue.database(), renewals, finished, run);
    context.progress(7);
    context.useStep(tx -> {});
    assertThat(run.untold()).isEqualTo(Run.Note.NONE);
    queue.sql("update tasks set lease = 2 where id = '" + run.task().id() + "'");
    context.progress(8);
    assertThat(catchThrowable(() -> context.useStep(tx -> {})))
        .isInstanceOf(LeaseLostException.class);
    assertThat(run.untold().progress()).isEqualTo(8);
  }

  /** Else it would be kept in the row itself. */
  private static String incompressible() {
    return IntStream.range(0, 500)
        .mapToObj(i -> UUID.randomUUID().toString())
        .collect(Collectors.joining("", "\"", "\""));
  }

  private static void renew(RunRenewals renewals, Run run) {
    Set<Lease> lost = queue.database().read(handle -> renewals.renewAll(handle, List.of(run)));
    assertThat(lost).isEmpty();
  }

  private static long place(Run run) {
    return queue.count(
        "select pg_column_toast_chunk_id(details)::bigint from tasks where id = '"
            + run.task().id()
            + "'");
  }

  private static Connection hold(TaskId id) throws SQLException {
    Connection connection = queue.database().connectDirectly();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("select id from tasks where id = '" + id + "' for update");
    }
    return connection;
  }
}
