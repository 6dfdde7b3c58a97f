package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators see of queues and types, and that it costs the same however full they are. */
final class QueueFiguresTest {
  private static final int MANY = 20_000;
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void everyStateIsCounted() {
    TaskId needed = queue.enqueue("build");
    queue.enqueue(queue.task("build").after(List.of(needed)));
    queue.enqueue(queue.task("mail").withDelay(Duration.ofHours(1)));
    set(queue.enqueue("mail"), "state = 'parked'");
    set(queue.enqueue("mail"), "state = 'running', worker = 'w', started_at = skein_now()");
    set(queue.enqueue("mail"), "state = 'dead', finished_at = skein_now()");
    set(queue.enqueue("mail"), "state = 'failed', finished_at = skein_now()");
    set(queue.enqueue("mail"), "crash_count = 2, run_at = skein_now() - interval '3 hours'");
    QueueStatus status = status();
    assertThat(status.live())
        .isEqualTo(
            Map.of(
                TaskState.WAITING, 1L,
                TaskState.SCHEDULED, 1L,
                TaskState.QUEUED, 2L,
                TaskState.PARKED, 1L,
                TaskState.RUNNING, 1L));
    assertThat(status.dead()).isEqualTo(2);
    assertThat(status.oldestWait())
        .as("one that waits to run alone waits, too")
        .isGreaterThanOrEqualTo(Duration.ofHours(3));
  }

  @Test
  void aTypeHasItsDepthItsOldestAndItsRuns() {
    TaskId old = queue.enqueue("mail");
    queue.enqueue("mail");
    queue.enqueue("build");
    set(old, "run_at = skein_now() - interval '2 hours'");
    for (int seconds : new int[] {1, 2, 9}) {
      ended(queue.enqueue("mail"), "succeeded", seconds);
    }
    ended(queue.enqueue("mail"), "dead", 9);
    attempt(old, "retried");
    attempt(old, "crashed");
    TypeStatistics mail = type("mail");
    assertThat(mail.live()).isEqualTo(Map.of(TaskState.QUEUED, 2L));
    assertThat(mail.oldestWait()).isBetween(Duration.ofHours(2), Duration.ofHours(3));
    TypeStatistics.Ended ended = mail.ended();
    assertThat(ended.succeeded()).isEqualTo(3);
    assertThat(ended.failed()).isOne();
    assertThat(ended.retried()).isOne();
    assertThat(ended.crashed()).isOne();
    assertThat(ended.medianRunTime()).isEqualTo(Duration.ofSeconds(3));
    assertThat(ended.p95RunTime()).isEqualTo(Duration.ofSeconds(9));
    assertThat(ended.since()).isBefore(Instant.now().minus(Duration.ofMinutes(59)));
    assertThat(type("build").ended().succeeded()).isZero();
  }

  @Test
  void whatEndedMoreThanAnHourAgoIsNotCounted() {
    TaskId task = queue.enqueue("mail");
    ended(task, "succeeded", 1);
    set(task, "finished_at = finished_at - interval '2 hours'");
    assertThat(queue.tasks().lists().statistics(queue.name())).isEmpty();
  }

  @Test
  void aFullQueueIsCountedUpToTheBound() {
    assertThat(
            queue.count(
                "select count(skein_enqueue('%s', 'mail', tenant => 't' || i %% 7))"
                        .formatted(queue.name())
                    + " from generate_series(1, "
                    + MANY
                    + ") i"))
        .isEqualTo(MANY);
    queue.sql(
        "insert into tasks (id, queue, type, payload, priority, state, max_attempts, retry_delay,"
            + " soft_limit, hard_limit, run_at, created_at, started_at, finished_at)"
            + " select skein_uuid7(), queue, type, payload, priority, 'succeeded', max_attempts,"
            + " retry_delay, soft_limit, hard_limit, run_at, created_at,"
            + " skein_now() - interval '2 days', skein_now() - interval '2 days'"
            + " from tasks where queue = '"
            + queue.name()
            + "'");
    queue.sql("analyze tasks");
    assertThat(status().count(TaskState.QUEUED)).isEqualTo(Queues.MOST_COUNTED);
    assertThat(type("mail").live()).isEqualTo(Map.of(TaskState.QUEUED, 10_000L));
    long bound = Queues.MOST_COUNTED + 1_000;
    assertThat(
            RowsRead.by(
                queue.servers(), tx -> assertThat(QueueCounts.of(tx.handle())).isNotEmpty()))
        .isLessThan(bound);
    assertThat(
            RowsRead.by(
                queue.servers(),
                tx -> assertThat(TypeCounts.of(tx.handle(), queue.name())).isNotEmpty()))
        .isLessThan(bound);
  }

  private QueueStatus status() {
    return queue.tasks().queues().find(queue.name()).orElseThrow();
  }

  private TypeStatistics type(String type) {
    return queue.tasks().lists().statistics(queue.name()).stream()
        .filter(figures -> figures.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static void ended(TaskId task, String state, int seconds) {
    set(
        task,
        "state = '%s', finished_at = now(), started_at = now() - interval '%d seconds'"
            .formatted(state, seconds));
  }

  private static void attempt(TaskId task, String outcome) {
    queue.sql(
        "insert into task_attempts (task, lease, attempt, started_at, ended_at, outcome) values"
            + " ('%s', (select count(*) from task_attempts), 1, now() - interval '3 seconds',"
                .formatted(task.value())
            + " now(), '"
            + outcome
            + "')");
  }

  private static void set(TaskId task, String change) {
    queue.sql("update tasks set " + change + " where id = '" + task.value() + "'");
  }
}
