package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An expiry means "not begun by then": what must run again runs again, however late. */
final class ExpiryTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  private static Servers servers;
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
    assertThat(ids(servers.database.read(handle -> statements().hinted(handle, List.of(retried)))))
        .containsExactly(retried);
  }

  @Test
  void aRetryPastTheExpiryIsClaimedWhereTheLastClaimEnded() {
    TaskId first = servers.queue.enqueue(task());
    TaskId second = servers.queue.enqueue(task());
    FairClaims fair = fair();
    assertThat(ids(fair.claim(queue, FairClaims.Levels.ALL, 2))).containsExactly(first, second);
    TaskId retried = begunAndLate("crash_count = 0");
    assertThat(ids(fair.goOn(queue, 2))).containsExactly(retried);
  }

  @Test
  void aRetryPastTheExpiryIsClaimedInAQueueWithLimits() {
    servers.queue.queues().limit(queue, QueueLimits.NONE.withMaxRunning(3));
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
            servers.database.<List<TaskId>, RuntimeException>read(
                handle -> ids(statements().suspect(handle, queue, false).stream().toList())))
        .containsExactly(retried);
  }

  @Test
  void whatHasNotBegunByThenIsCancelledAndNeverClaimed() {
    TaskId late = servers.queue.enqueue(task().withExpiry(Duration.ZERO));
    assertThat(fairly(fair())).isEmpty();
    expire();
    assertThat(servers.task(late).state()).isEqualTo(TaskState.CANCELLED);
  }

  private NewTask task() {
    return NewTask.of(queue, "count", "{}");
  }

  /** Queued again after its first run, its expiry over. */
  private TaskId begunAndLate(String change) {
    TaskId id = servers.queue.enqueue(task().withExpiry(Duration.ofHours(1)));
    servers.sql(
        "update tasks set started_at = skein_now() - interval '2 hours',"
            + " expires_at = skein_now() - interval '1 hour' where id = '%s'".formatted(id));
    servers.sql("update tasks set %s where id = '%s'".formatted(change, id));
    return id;
  }

  private static void expire() {
    new Expiry(servers.database, servers.queue.hints()).pass();
  }

  private ClaimStatements statements() {
    return new ClaimStatements("w", List.of(queue), Set.of("count"), "b", TERM);
  }

  private FairClaims fair() {
    return new FairClaims(servers.database, statements());
  }

  private List<TaskId> fairly(FairClaims fair) {
    return ids(fair.claim(queue, FairClaims.Levels.ALL, 2));
  }

  private static List<TaskId> ids(List<Run> runs) {
    return runs.stream().map(run -> run.task().id()).toList();
  }
}
