package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that hold leases and no connection. */
@Timeout(120)
final class RemoteWorkersTest {
  private static final Duration NOW = Duration.ZERO;
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static RemoteWorkers workers;
  private RemoteWorker worker = new RemoteWorker("w", List.of("q"), Set.of("t"), "b");

  @BeforeAll
  static void open() {
    workers = queue.tasks().remoteWorkers(Duration.ofSeconds(15), List.of());
  }

  @BeforeEach
  void newQueue() {
    worker = new RemoteWorker("w-" + queue.name(), List.of(queue.name()), Set.of("count"), "b");
  }

  @Test
  void aTaskIsClaimedRenewedAndCompletedUnderItsLease() throws Exception {
    TaskId id = queue.enqueue("count");
    RemoteRun run = claimOne();
    assertThat(run.task().id()).isEqualTo(id);
    assertThat(workers.claim(worker, null, 1, NOW)).isEmpty();
    assertThat(workers.runs().heartbeat(run.lease(), 40, "{\"at\": 7}")).isTrue();
    assertThat(queue.find(id).progress()).isEqualTo(40);
    assertThat(workers.runs().complete(run.lease(), "{\"n\": 1}", "done")).isTrue();
    Task task = queue.find(id);
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.log()).isEqualTo("done");
    assertThat(task.details()).contains("7");
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isFalse();
    assertThat(workers.runs().complete(run.lease(), null, null)).isFalse();
    assertThat(workers.runs().fail(run.lease(), "x", RemoteRuns.Permanence.PASSING, null, null))
        .isEmpty();
    assertThat(workers.runs().release(run.lease(), null)).isFalse();
  }

  @Test
  void aClaimWaitsForWhatIsEnqueuedMeanwhile() throws Exception {
    Thread later =
        Thread.ofVirtual()
            .start(() -> {
              await()
                  .until(() ->
                      queue.tasks().lists().workers().stream()
                          .anyMatch(status -> status.queues().contains(queue.name())));
              queue.enqueue("count");
            });
    assertThat(workers.claim(worker, null, 1, Duration.ofSeconds(20))).hasSize(1);
    later.join();
  }

  @Test
  void closingLetsTheClaimsThatWaitReturnAtOnce() throws Exception {
    RemoteWorkers stopping = queue.tasks().remoteWorkers(Duration.ofSeconds(15), List.of());
    CompletableFuture<List<RemoteRun>> waiting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return stopping.claim(worker, null, 1, Duration.ofSeconds(30));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    // Long enough for the pauses between its looks to have grown.
    await().pollDelay(Duration.ofSeconds(2)).until(() -> !waiting.isDone());
    stopping.close();
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
    queue.enqueue("count");
    assertThat(stopping.claim(worker, null, 1, NOW)).isEmpty();
  }

  @Test
  void aFailedRunIsRepeatedUntilNoAttemptIsLeft() throws Exception {
    TaskId id =
        queue.enqueue(queue.task("count").withRetries(new Retries(2, Duration.ofMinutes(1))));
    assertThat(fail(claimOne(), RemoteRuns.Permanence.PASSING)).isEqualTo(TaskState.SCHEDULED);
    queue.sql(
        "update tasks set state = 'queued', run_at = skein_now() where id = '" + id.value() + "'");
    assertThat(fail(claimOne(), RemoteRuns.Permanence.PASSING)).isEqualTo(TaskState.DEAD);
    assertThat(queue.tasks().lists().attempts(id))
        .extracting(Attempt::outcome)
        .containsExactly("dead", "retried");
    TaskId other = queue.enqueue("count");
    assertThat(fail(claimOne(), RemoteRuns.Permanence.PERMANENT)).isEqualTo(TaskState.FAILED);
    assertThat(queue.find(other).error()).isEqualTo("broken");
  }

  @Test
  void whatIsGivenBackCostsNoAttempt() throws Exception {
    TaskId id = queue.enqueue("count");
    assertThat(workers.runs().release(claimOne().lease(), null)).isTrue();
    assertThat(queue.find(id).attempt()).isZero();
    RemoteRun unknown = claimOne();
    assertThat(workers.claim(worker, List.of(), 1, NOW))
        .extracting(RemoteRun::task)
        .extracting(Task::id)
        .containsExactly(id);
    assertThat(workers.runs().heartbeat(unknown.lease(), null, null)).isFalse();
    assertThat(queue.find(id).attempt()).isOne();
  }

  @Test
  void aReaperTakesItsTasksOnlyWhenTheLeaseIsOver() throws Exception {
    TaskId id = queue.enqueue("count");
    RemoteRun run = claimOne();
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isTrue();
    Reaper reaper = reaper();
    for (int look = 0; look < 3; look++) {
      reaper.reap();
    }
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
    expire(id);
    reaper.reap();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(queue.find(id).crashes()).isOne();
    assertThat(workers.runs().complete(run.lease(), null, null)).isFalse();
  }

  @Test
  void whatCrashedTwiceRunsAloneAndThenIsDeadThoughNoJavaWorkerKnowsIt() throws Exception {
    TaskId poison = queue.enqueue("count");
    queue.sql("update tasks set crash_count = 2 where id = '" + poison.value() + "'");
    queue.enqueue("count");
    assertThat(claimOne().task().id()).isNotEqualTo(poison);
    assertThat(workers.claim(worker, null, 1, NOW)).isEmpty();
    queue.sql(
        "update tasks set state = 'cancelled' where queue = '"
            + queue.name()
            + "' and state = 'running'");
    queue.sql(
        "update tasks set run_at = run_at - interval '3 seconds' where id = '"
            + poison.value()
            + "'");
    RemoteRun last = claimOne();
    assertThat(last.task().id()).isEqualTo(poison);
    assertThat(workers.runs().heartbeat(last.lease(), null, null)).isTrue();
    queue.enqueue("count");
    assertThat(workers.claim(worker, null, 1, NOW)).isEmpty();
    expire(poison);
    reaper().reap();
    assertThat(queue.find(poison).state()).isEqualTo(TaskState.DEAD);
  }

  /** Such as one into a connection that nobody reads any more. */
  @Test
  void claimsWhoseAnswersAreLostCountAsNoCrash() throws Exception {
    TaskId id = queue.enqueue("count");
    for (int lost = 0; lost < 4; lost++) {
      RemoteRun run = claimOne();
      assertThat(queue.find(id).startedAt()).isNull();
      expire(id);
      reaper().reap();
      assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
      assertThat(queue.find(id).crashes()).isZero();
      assertThat(workers.runs().complete(run.lease(), null, null)).isFalse();
    }
    queue.sql("update tasks set crash_count = 2 where id = '" + id.value() + "'");
    claimOne();
    expire(id);
    reaper().reap();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
    assertThat(queue.find(id).crashes()).isEqualTo(2);
  }

  @Test
  void aTaskThatTakesItsWorkersDownBeforeTheirFirstWordIsDeadInTheEnd() throws Exception {
    TaskId id = queue.enqueue("count");
    int lost = 0;
    for (; queue.find(id).state().live() && lost < 20; lost++) {
      claimOne();
      expire(id);
      reaper().reap();
    }
    assertThat(queue.find(id).state()).isEqualTo(TaskState.DEAD);
    assertThat(lost).isEqualTo(12);
  }

  @Test
  void aRunBeganWithItsClaimOnceItsWorkerHasSaidAnything() throws Exception {
    TaskId id = queue.enqueue("count");
    RemoteRun run = claimOne();
    queue.sql(
        "update tasks set lease_until = lease_until - interval '2 seconds' where id = '"
            + id.value()
            + "'");
    assertThat(workers.runs().complete(run.lease(), null, null)).isTrue();
    assertThat(
            queue.count(
                "select count(*) from tasks where id = '"
                    + id.value()
                    + "' and finished_at - started_at between '2 seconds' and '14 seconds'"))
        .isOne();
    assertThat(queue.tasks().lists().attempts(id)).hasSize(1);
  }

  @Test
  void lowPrioritiesGetTheirTurnThoughHighOnesKeepComing() throws Exception {
    TaskId low = queue.enqueue(queue.task("count").withPriority(Priority.LOW));
    TaskId normal = queue.enqueue(queue.task("count").withPriority(Priority.NORMAL));
    for (int i = 0; i < 20; i++) {
      queue.enqueue(queue.task("count").withPriority(Priority.HIGH));
    }
    List<TaskId> claimed = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      claimed.add(claimOne().task().id());
    }
    assertThat(claimed.indexOf(normal)).isEqualTo(7);
    assertThat(claimed.indexOf(low)).isEqualTo(15);
  }

  @Test
  void aTurnOfLowPrioritiesThatAreNotThereIsForTheOthers() throws Exception {
    for (int i = 0; i < 9; i++) {
      queue.enqueue(queue.task("count").withPriority(Priority.HIGH));
    }
    for (int i = 0; i < 9; i++) {
      claimOne();
    }
  }

  @Test
  void aWorkerIsShownByItsOwnName() throws Exception {
    assertThat(workers.claim(worker, null, 3, NOW)).isEmpty();
    assertThat(queue.tasks().lists().workers())
        .filteredOn(status -> status.queues().contains(queue.name()))
        .singleElement()
        .satisfies(status -> {
          assertThat(status.identity()).isEqualTo("http/w-" + queue.name());
          assertThat(status.name()).isEqualTo("w-" + queue.name());
          assertThat(status.remote()).isTrue();
          assertThat(status.slots()).isEqualTo(3);
        });
  }

  @Test
  void claimsOfOneTaskEachTakeTurnsBetweenTenants() throws Exception {
    for (String tenant : List.of("a", "a", "a", "b", "c")) {
      queue.enqueue(queue.task("count").withTenant(tenant));
    }
    assertThat(List.of(claimOne(), claimOne(), claimOne()))
        .extracting(run -> String.valueOf(run.task().tenant()))
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void aResultThatCannotBeStoredLeavesTheTaskToTheWorker() throws Exception {
    TaskId id = queue.enqueue("count");
    RemoteRun run = claimOne();
    assertThatThrownBy(() -> workers.runs().complete(run.lease(), "\"\\u0000\"", null))
        .isInstanceOf(PermanentTaskException.class);
    assertThat(queue.find(id).state()).isEqualTo(TaskState.RUNNING);
    assertThat(workers.runs().complete(run.lease(), null, "a\u0000b")).isTrue();
  }

  @Test
  void aRunPastItsHardLimitFailsAtItsNextHeartbeat() throws Exception {
    TaskId id = queue.enqueue("count");
    RemoteRun run = claimOne();
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isTrue();
    queue.sql(
        "update tasks set started_at = started_at - interval '31 minutes' where id = '"
            + id.value()
            + "'");
    assertThat(workers.runs().heartbeat(run.lease(), null, null)).isFalse();
    assertThat(queue.find(id).state()).isEqualTo(TaskState.FAILED);
    assertThat(queue.find(id).error()).contains("hard time limit");
  }

  private RemoteRun claimOne() throws InterruptedException {
    List<RemoteRun> runs = workers.claim(worker, null, 1, NOW);
    assertThat(runs).hasSize(1);
    return runs.getFirst();
  }

  private static TaskState fail(RemoteRun run, RemoteRuns.Permanence permanence)
      throws InterruptedException {
    return workers.runs().fail(run.lease(), "broken", permanence, null, null).orElseThrow();
  }

  private static void expire(TaskId task) {
    queue.sql(
        "update tasks set lease_until = skein_now() - interval '1 second' where id = '"
            + task.value()
            + "'");
  }

  private static Reaper reaper() {
    return Reaper.of(queue.servers());
  }
}
