package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What this software does about tasks that workers in other languages run. */
@Timeout(120)
final class RemoteTaskHandlerTest {
  private static final String TYPE = "think";
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static RemoteWorkers workers;
  private RemoteWorker worker = new RemoteWorker("w", List.of("q"), Set.of(TYPE), "b");

  @BeforeAll
  static void open() {
    workers = queue.tasks().remoteWorkers(Duration.ofSeconds(15), List.of(new Teller()));
  }

  @BeforeEach
  void newQueue() {
    worker = new RemoteWorker("w-" + queue.name(), List.of(queue.name()), Set.of(TYPE), "b");
  }

  /** Writes down what it is told, in the transaction in which it is told. */
  private static final class Teller implements RemoteTaskHandler {
    @Override
    public String type() {
      return TYPE;
    }

    @Override
    public Optional<String> claimed(Transaction transaction, Task task) {
      if (task.payload().contains("unclear")) {
        throw new IllegalStateException("who is this");
      }
      return task.payload().contains("pointless")
          ? Optional.of("it is pointless")
          : Optional.empty();
    }

    @Override
    public void complete(Transaction transaction, Task task, @Nullable String result) {
      tell(transaction, task, "result " + result);
      if (result == null) {
        throw new PermanentTaskException("a thought is missing");
      }
      if (result.equals("\"no number\"")) {
        transaction.handle().execute("insert into ledger values ('no id'::uuid, '')");
      }
    }

    @Override
    public void progressed(Task task, int percent, @Nullable String details) {
      queue
          .database()
          .useTransaction(transaction -> tell(transaction, task, percent + " % " + details));
    }

    @Override
    public void onRetry(Transaction transaction, Task task, String error) {
      tell(transaction, task, "retry " + error);
    }

    @Override
    public void onFailed(Transaction transaction, Task task, TaskState end, String error) {
      tell(transaction, task, end.stored() + " " + error);
    }

    private static void tell(Transaction transaction, Task task, String what) {
      Ledger.note(transaction, task.id(), what);
    }
  }

  @Test
  void aResultHasItsEffectWithTheCompletionOrNotAtAll() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun run = claimOne();
    assertThatThrownBy(() -> workers.runs().complete(run.lease(), null, null))
        .isInstanceOf(PermanentTaskException.class)
        .hasMessage("a thought is missing");
    assertThat(queue.ledger().notes(id)).isEmpty();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(workers.runs().complete(run.lease(), "7", null)).isTrue();
    assertThat(queue.ledger().notes(id)).containsExactly("result 7");
    assertThat(workers.runs().complete(run.lease(), "8", null)).isFalse();
    assertThat(queue.ledger().notes(id)).containsExactly("result 7");
  }

  @Test
  void aResultThatCannotBeStoredHasNoEffect() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun run = claimOne();
    assertThatThrownBy(() -> workers.runs().complete(run.lease(), "\"\\u0000\"", null))
        .isInstanceOf(PermanentTaskException.class);
    assertThat(queue.ledger().notes(id)).isEmpty();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aResultWhoseEffectPostgresRefusesIsTheWorkersBusiness() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun run = claimOne();
    assertThatThrownBy(() -> workers.runs().complete(run.lease(), "\"no number\"", null))
        .isInstanceOf(PermanentTaskException.class)
        .hasMessageContaining("no id");
    assertThat(queue.ledger().notes(id)).isEmpty();
    assertThat(workers.runs().complete(run.lease(), "1", null)).isTrue();
  }

  @Test
  void aLeaseThatIsLostHasNoEffect() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun lost = claimOne();
    expire(id);
    reaper().reap();
    RemoteRun now = claimOne();
    assertThat(workers.runs().complete(lost.lease(), "1", null)).isFalse();
    assertThat(workers.runs().fail(lost.lease(), "x", RemoteRuns.Permanence.PERMANENT, null, null))
        .isEmpty();
    assertThat(queue.ledger().notes(id)).isEmpty();
    assertThat(workers.runs().complete(now.lease(), "2", null)).isTrue();
    assertThat(queue.ledger().notes(id)).containsExactly("result 2");
  }

  @Test
  void whatIsNotNeededIsCancelledInsteadOfHandedOut() throws Exception {
    TaskId pointless = enqueue("{\"pointless\": true}");
    assertThat(workers.claim(worker, null, 5, Duration.ZERO)).isEmpty();
    assertThat(queue.find(pointless).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(pointless).error()).isEqualTo("it is pointless");
    enqueue("{\"pointless\": true}");
    TaskId needed = enqueue("{}");
    assertThat(workers.claim(worker, null, 5, Duration.ofSeconds(5)))
        .extracting(run -> run.task().id())
        .containsExactly(needed);
  }

  @Test
  void whatItsHandlerCannotLookAtWaitsAndTheOthersAreHandedOut() throws Exception {
    TaskId before = enqueue("{}");
    TaskId unclear = enqueue("{\"unclear\": true}");
    TaskId behind = enqueue("{}");
    assertThat(workers.claim(worker, null, 5, Duration.ZERO))
        .extracting(run -> run.task().id())
        .containsExactly(before, behind);
    Task waiting = queue.find(unclear);
    assertThat(waiting.state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(waiting.attempt()).isZero();
    assertThat(waiting.error()).contains("who is this");
  }

  @Test
  void failuresAreToldWithTheirReason() throws Exception {
    TaskId id = enqueue("{}");
    assertThat(fail(claimOne(), RemoteRuns.Permanence.PASSING)).contains(TaskState.SCHEDULED);
    queue.sql(
        "update tasks set state = 'queued', run_at = skein_now() where id = '" + id.value() + "'");
    assertThat(fail(claimOne(), RemoteRuns.Permanence.PERMANENT)).contains(TaskState.FAILED);
    assertThat(queue.ledger().notes(id)).containsExactly("retry no idea", "failed no idea");
  }

  @Test
  void progressIsToldWhenTheLeaseIsHeld() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun run = claimOne();
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isTrue();
    assertThat(workers.runs().heartbeat(run.lease(), 40, "{\"at\":1}")).isTrue();
    assertThat(workers.runs().complete(run.lease(), "1", null)).isTrue();
    assertThat(workers.runs().heartbeat(run.lease(), 50, null)).isFalse();
    assertThat(queue.ledger().notes(id)).containsExactly("40 % {\"at\":1}", "result 1");
  }

  @Test
  void theEndOfATaskThatTookTooLongIsTold() throws Exception {
    TaskId id = enqueue("{}");
    RemoteRun run = claimOne();
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isTrue();
    queue.sql(
        "update tasks set started_at = started_at - interval '31 minutes' where id = '"
            + id.value()
            + "'");
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isFalse();
    assertThat(queue.ledger().notes(id))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("failed ran longer than");
  }

  @Test
  void theEndOfWhatTakesItsWorkersDownIsToldByWhoeverBuriesIt() throws Exception {
    TaskId id = enqueue("{}");
    queue.sql(
        "update tasks set crash_count = 2, run_at = run_at - interval '3 seconds' where id = '"
            + id.value()
            + "'");
    assertThat(workers.runs().heartbeat(claimOne().lease(), null, null)).isTrue();
    expire(id);
    reaper().reap();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.DEAD);
    assertThat(queue.ledger().notes(id)).hasSize(1).first().asString().startsWith("dead poison");
  }

  private TaskId enqueue(String payload) {
    return queue.enqueue(queue.task(TYPE, payload));
  }

  private RemoteRun claimOne() throws InterruptedException {
    List<RemoteRun> runs = workers.claim(worker, null, 1, Duration.ZERO);
    assertThat(runs).hasSize(1);
    return runs.getFirst();
  }

  private static Optional<TaskState> fail(RemoteRun run, RemoteRuns.Permanence permanence)
      throws InterruptedException {
    return workers.runs().fail(run.lease(), "no idea", permanence, null, null);
  }

  private static void expire(TaskId task) {
    queue.sql(
        "update tasks set lease_until = skein_now() - interval '1 second' where id = '"
            + task.value()
            + "'");
  }

  private static Reaper reaper() {
    return Reaper.of(queue.servers(), new Teller());
  }
}
