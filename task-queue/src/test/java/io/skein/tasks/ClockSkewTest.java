package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two worker machines, one five minutes ahead, one five minutes behind. */
@Tag("long")
@Timeout(120)
final class ClockSkewTest {
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int SLOTS = 4;

  @RegisterExtension final TestQueue queue = TestQueue.fresh();
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
  }

  @Test
  void workersWhoseClocksDifferByTenMinutesWorkAsIfTheyDidNot(@TempDir Path directory)
      throws Exception {
    SkewedClock clock = SkewedClock.in(directory);
    Process ahead = launch(clock.ahead(SKEW));
    launch(clock.ahead(SKEW.negated()));
    awaitThatBothWork();
    List<TaskId> delayed = queue.enqueue(20, queue.task("effect").withDelay(seconds(2)));
    List<TaskId> retried =
        queue.enqueue(20, queue.task("flaky").withRetries(new Retries(2, Duration.ofSeconds(2))));
    List<TaskId> held = queue.enqueue(2, queue.task("patient"));
    awaitSucceeded(delayed);
    awaitSucceeded(retried);
    awaitSucceeded(held);
    assertThat(seconds(delayed, "started_at - created_at"))
        .allSatisfy(waited -> assertThat(waited).isBetween(2.0, 60.0));
    assertThat(
            seconds(
                retried, "started_at - (select ended_at from task_attempts where task = tasks.id)"))
        .allSatisfy(waited -> assertThat(waited).isBetween(1.8, 60.0));
    assertThat(queue.count("select max(crash_count) from tasks"))
        .as("leases that were renewed for three terms")
        .isZero();
    aSilentOneLosesItsTasksWhenTheirLeasesAreOverAndNotBefore(ahead);
  }

  /** Either of the two may have them: the other one takes what the frozen one had. */
  private void aSilentOneLosesItsTasksWhenTheirLeasesAreOverAndNotBefore(Process ahead) {
    queue.enqueue(2 * SLOTS, queue.task("long"));
    await().atMost(seconds(20)).until(() -> started() == 2 * SLOTS);
    String byWorker =
        "select count(*) from tasks where state = 'running' group by worker order by 1 limit 1";
    assertThat(queue.count(byWorker)).as("both are full").isEqualTo(SLOTS);
    ServerProcess frozen = new ServerProcess(ahead.pid());
    long began = System.nanoTime();
    frozen.freeze();
    await().atMost(seconds(20)).pollInterval(Duration.ofMillis(20)).until(() -> crashed() == SLOTS);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThan(CrashingWorker.LEASE.minusMillis(1_400));
  }

  /** And that each has the clock that it should have. */
  private void awaitThatBothWork() {
    await()
        .atMost(seconds(40))
        .until(() -> {
          awaitSucceeded(queue.enqueue(2 * SLOTS, queue.task("clock")));
          return queue.count(
                  "select count(distinct note) from ledger where note in ('clock 5', 'clock -5')")
              == 2;
        });
    assertThat(queue.count("select count(distinct note) from ledger")).isEqualTo(2);
  }

  private Process launch(List<String> options) throws Exception {
    Process child = CrashingWorker.launch(queue.servers(), options, queue.name(), SLOTS);
    children.add(child);
    return child;
  }

  private void awaitSucceeded(List<TaskId> ids) {
    await()
        .atMost(seconds(40))
        .until(() -> ids.stream().allMatch(id -> queue.find(id).state() == TaskState.SUCCEEDED));
  }

  private List<Double> seconds(List<TaskId> ids, String span) {
    return queue
        .database()
        .read(handle ->
            handle
                .createQuery(
                    "select extract(epoch from " + span + ") from tasks where id = any(:ids)")
                .bindArray("ids", UUID.class, ids.stream().map(TaskId::value).toList())
                .mapTo(Double.class)
                .list());
  }

  private long started() {
    return queue.ledger().count("started");
  }

  private long crashed() {
    return queue.count("select count(*) from tasks where crash_count = 1");
  }

  private static Duration seconds(int count) {
    return Duration.ofSeconds(count);
  }
}
