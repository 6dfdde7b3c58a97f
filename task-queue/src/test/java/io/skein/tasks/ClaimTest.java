package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The statements of claim, renewal and reaping, without the threads around them. */
final class ClaimTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  private static final Failure LATE = new Failure("late", null, null);
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static RunRenewals renewals;
  private static FinishedRuns finished;

  @BeforeAll
  static void open() {
    renewals = new RunRenewals(TERM);
    finished = new FinishedRuns(queue.hints());
  }

  @Test
  void parallelClaimsByHintAndInOrderNeverGetTheSameTask() throws Exception {
    List<TaskId> ids = queue.enqueue(1_500, "count");
    List<Callable<List<Run>>> workers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ClaimStatements statements = statements("w" + i);
      workers.add(i % 2 == 0 ? () -> claimAll(statements) : () -> claimHinted(statements, ids));
    }
    List<Run> claimed = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var answer : threads.invokeAll(workers)) {
        claimed.addAll(answer.get());
      }
    }
    assertThat(claimed).extracting(run -> run.task().id()).doesNotHaveDuplicates();
    assertThat(claimed).hasSize(1_500);
    assertThat(claimed).allSatisfy(run -> assertThat(run.lease().number()).isPositive());
  }

  /** As when it fails over to a standby that lags. */
  @Test
  void aClaimThatPostgresForgotCannotWriteInTheNameOfTheNext() {
    TaskId id = queue.enqueue("count");
    Run forgotten = claimAll(statements("first")).getFirst();
    queue.sql(
        "update tasks set state = 'queued', lease = 0, attempt = 0, lease_until = null, worker = null,"
            + " started_at = null where id = '"
            + id
            + "'");
    Run current = claimAll(statements("next")).getFirst();

    assertThat(current.lease()).isNotEqualTo(forgotten.lease());
    queue
        .database()
        .useTransaction(transaction -> {
          assertThat(finished.complete(transaction, completion(forgotten))).isFalse();
          assertThat(finished.complete(transaction, completion(current))).isTrue();
        });
  }

  @Test
  void aRunThatWasGivenUpCanWriteNothing() {
    TaskId id = queue.enqueue("count");
    Run old = claimAll(statements("gone")).getFirst();
    reapTwice();
    Run current = claimAll(statements("next")).getFirst();
    assertThat(current.lease().number()).isGreaterThan(old.lease().number());

    queue
        .database()
        .useTransaction(transaction -> {
          var handle = transaction.handle();
          assertThat(renewals.renew(handle, old.lease(), Run.Note.NONE)).isFalse();
          assertThat(renewals.renewAll(handle, List.of(old, current))).containsExactly(old.lease());
          assertThat(
                  finished.complete(
                      transaction, new FinishedRuns.Completion(old.lease(), null, null)))
              .isFalse();
          assertThat(UnfinishedRuns.retry(handle, old.lease(), LATE)).isEmpty();
          assertThat(finished.end(transaction, old.lease(), TaskState.FAILED, LATE)).isFalse();
          assertThat(UnfinishedRuns.handBack(handle, old.lease(), LATE)).isFalse();
          assertThat(renewals.renew(handle, current.lease(), Run.Note.NONE)).isTrue();
          assertThat(
                  finished.completeAll(
                      transaction,
                      List.of(
                          new FinishedRuns.Completion(old.lease(), "1", null),
                          new FinishedRuns.Completion(current.lease(), "2", null))))
              .containsExactly(current.lease());
        });
    Task task = queue.find(id);
    assertThat(task.result()).isEqualTo("2");
    assertThat(task.attempt()).as("a crash costs no attempt").isEqualTo(1);
    assertThat(task.crashes()).isEqualTo(1);
  }

  @Test
  void aLockSeenFreeOnlyOnceTakesNothing() throws Exception {
    TaskId id = queue.enqueue("count");
    claimAll(statements("blinking"));
    Reaper reaper = reaper();
    assertThat(reaper.reap()).as("a first sight is a suspicion").isTrue();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
    reaper.forget();
    reaper.reap();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
    reaper.reap();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void afterTwoCrashesATaskIsClaimedAloneAndACrashAloneIsItsLast() {
    TaskId id = queue.enqueue("count");
    for (int crash = 1; crash <= 2; crash++) {
      assertThat(claimAll(statements("victim-" + crash))).hasSize(1);
      reapTwice();
      assertThat(queue.find(id).crashes()).isEqualTo(crash);
    }
    assertThat(claimAll(statements("normal"))).isEmpty();
    assertThat(claimHinted(statements("normal"), List.of(id))).isEmpty();
    assertThat(suspect("busy", true)).as("a busy worker leaves it to an idle one").isEmpty();

    Run waiting = suspect("crashed before it began", false).getFirst();
    assertThat(waiting.task().startedAt()).isNull();
    reapTwice();
    assertThat(queue.find(id).crashes()).as("it had not begun").isEqualTo(2);

    Run alone = suspect("crashed alone", false).getFirst();
    assertThat(
            queue
                .database()
                .<Boolean, RuntimeException>read(handle -> renewals.begin(handle, alone.lease())))
        .isTrue();
    reapTwice();
    Task dead = queue.find(id);
    assertThat(dead.state()).isEqualTo(TaskState.DEAD);
    assertThat(dead.error()).contains("poison");
    assertThat(queue.ledger().notes(id))
        .as("the handler's reaction, in the same transaction")
        .hasSize(1);
  }

  private static FinishedRuns.Completion completion(Run run) {
    return new FinishedRuns.Completion(run.lease(), null, null);
  }

  private List<Run> suspect(String worker, boolean busy) {
    return queue
        .database()
        .read(handle -> statements(worker).suspect(handle, queue.name(), busy).stream().toList());
  }

  private void reapTwice() {
    Reaper reaper = reaper();
    reaper.reap();
    reaper.reap();
  }

  private static Reaper reaper() {
    TaskHandler handler =
        Handlers.of(
            "count",
            context -> {},
            (transaction, task, error) -> Ledger.note(transaction, task.id(), error));
    return Reaper.of(queue.servers(), handler);
  }

  private ClaimStatements statements(String worker) {
    return new ClaimStatements(worker, List.of(queue.name()), Set.of("count"), "b", TERM);
  }

  private List<Run> claimAll(ClaimStatements statements) {
    FairClaims claims = new FairClaims(queue.database(), statements);
    List<Run> all = new ArrayList<>();
    List<Run> some;
    do {
      some = claims.claim(queue.name(), FairClaims.Levels.ALL, 7);
      all.addAll(some);
    } while (!some.isEmpty());
    return all;
  }

  private static List<Run> claimHinted(ClaimStatements statements, List<TaskId> ids) {
    List<Run> all = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += 10) {
      Set<TaskId> hinted = new HashSet<>(ids.subList(from, Math.min(ids.size(), from + 10)));
      all.addAll(
          queue
              .database()
              .<List<Run>, RuntimeException>read(handle -> statements.hinted(handle, hinted)));
    }
    return all;
  }
}
