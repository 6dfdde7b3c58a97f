package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An expiry means "not begun by then": what must run again runs again, however late. */
final class ExpiryTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void aRetryPastTheExpiryIsClaimedInTheFairOrder() {
    TaskId retried = begunAndLate("crash_count = 0");
    expire();
    assertThat(fairly(fair())).containsExactly(retried);
  }

  @Test
  void aRetryPastTheExpiryIsClaimedByItsHint() {
    TaskId retried = begunAndLate("crash_count = 1");
    expire();
    assertThat(ids(queue.database().read(handle -> statements().hinted(handle, List.of(retried)))))
        .containsExactly(retried);
  }

  @Test
  void aRetryPastTheExpiryIsClaimedWhereTheLastClaimEnded() {
    TaskId first = queue.enqueue("count");
    TaskId second = queue.enqueue("count");
    FairClaims fair = fair();
    assertThat(ids(fair.claim(queue.name(), FairClaims.Levels.ALL, 2)))
        .containsExactly(first, second);
    TaskId retried = begunAndLate("crash_count = 0");
    assertThat(ids(fair.goOn(queue.name(), 2))).containsExactly(retried);
  }

  @Test
  void aRetryPastTheExpiryIsClaimedInAQueueWithLimits() {
    queue.tasks().queues().limit(queue.name(), QueueLimits.NONE.withMaxRunning(3));
    TaskId retried = begunAndLate("crash_count = 0");
    expire();
    assertThat(fairly(fair())).containsExactly(retried);
  }

  /** Also when it was claimed to run alone, and that claim was lost before it began. */
  @Test
  void aTaskThatCrashedTwiceIsClaimedPastTheExpiry() {
    TaskId retried = begunAndLate("crash_count = 2, started_at = null");
    expire();
    assertThat(
            queue
                .database()
                .<List<TaskId>, RuntimeException>read(handle ->
                    ids(statements().suspect(handle, queue.name(), false).stream().toList())))
        .containsExactly(retried);
  }

  @Test
  void whatHasNotBegunByThenIsCancelledAndNeverClaimed() {
    TaskId late = queue.enqueue(queue.task("count").withExpiry(Duration.ZERO));
    assertThat(fairly(fair())).isEmpty();
    expire();
    assertThat(queue.find(late).state()).isEqualTo(TaskState.CANCELLED);
  }

  /** Queued again after its first run, its expiry over. */
  private TaskId begunAndLate(String change) {
    TaskId id = queue.enqueue(queue.task("count").withExpiry(Duration.ofHours(1)));
    queue.sql(
        "update tasks set started_at = skein_now() - interval '2 hours',"
            + " expires_at = skein_now() - interval '1 hour' where id = '%s'".formatted(id));
    queue.sql("update tasks set %s where id = '%s'".formatted(change, id));
    return id;
  }

  private static void expire() {
    new Expiry(queue.database(), queue.hints()).pass();
  }

  private ClaimStatements statements() {
    return new ClaimStatements("w", List.of(queue.name()), Set.of("count"), "b", TERM);
  }

  private FairClaims fair() {
    return new FairClaims(queue.database(), statements());
  }

  private List<TaskId> fairly(FairClaims fair) {
    return ids(fair.claim(queue.name(), FairClaims.Levels.ALL, 2));
  }

  private static List<TaskId> ids(List<Run> runs) {
    return runs.stream().map(run -> run.task().id()).toList();
  }
}
