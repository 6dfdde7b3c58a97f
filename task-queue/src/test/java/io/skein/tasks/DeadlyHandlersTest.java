package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that take their process down, in processes that are replaced as a platform would. */
@Tag("long")
@Timeout(180)
final class DeadlyHandlersTest {
  private static final int NEIGHBOURS = 49;

  @RegisterExtension final TestQueue queue = TestQueue.fresh();
  private final List<Process> children = new ArrayList<>();
  private int launched;

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @ValueSource(strings = {"halt", "memory"})
  void whatTakesItsProcessDownThreeTimesIsDeadAndItsNeighboursSucceed(String deadly)
      throws Exception {
    TaskId poison = queue.enqueue(deadly);
    queue.enqueue(NEIGHBOURS, "slow");
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          keepTwoRunning();
          return queue.find(poison).state() == TaskState.DEAD && queue.succeeded() == NEIGHBOURS;
        });
    assertThat(queue.find(poison).error()).contains("poison");
    assertThat(queue.find(poison).crashes()).isEqualTo(3);
    assertThat(launched).as("two workers, and one for each that was taken down").isEqualTo(2 + 3);
    assertThat(
            queue.count(
                "select count(*) from tasks where type = 'slow' and attempt = 1 and crash_count <= 2"))
        .isEqualTo(NEIGHBOURS);
    assertThat(queue.ledger().count("effect")).isEqualTo(NEIGHBOURS);
  }

  /**
   * Its reaction hangs for as long as it likes; tasks of other lost workers run again meanwhile.
   */
  @Test
  void aReactionThatHangsDelaysNobodysTasks() throws Exception {
    CountDownLatch reacting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    TaskId poison = lost("poison", 2);
    TaskHandler hanging =
        Handlers.of(
            "poison",
            context -> {},
            (transaction, task, error) -> {
              reacting.countDown();
              goOn.await();
            });
    queue.start(CrashingWorker.settings(queue.name(), 2), hanging, Handlers.idle("fine"));
    reacting.await();
    TaskId innocent = lost("fine", 0);
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> queue.find(innocent).state() == TaskState.SUCCEEDED);
    assertThat(queue.find(poison).state()).isEqualTo(TaskState.RUNNING);
    goOn.countDown();
    queue.await(poison, TaskState.DEAD);
  }

  /** Running, by a worker that is gone. */
  private TaskId lost(String type, int crashes) {
    TaskId id = queue.enqueue(queue.task(type).withDelay(Duration.ofHours(1)));
    queue.sql(
        "update tasks set state = 'running', worker = 'gone', lease = 1, attempt = 1,"
            + " started_at = skein_now(), lease_until = skein_now() + interval '1 hour',"
            + " crash_count = "
            + crashes
            + " where id = '"
            + id
            + "'");
    return id;
  }

  private void keepTwoRunning() throws Exception {
    children.removeIf(child -> !child.isAlive());
    while (children.size() < 2) {
      children.add(CrashingWorker.launch(queue.servers(), queue.name(), 8));
      launched++;
    }
  }
}
