package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that take their process down, in processes that are replaced as a platform would. */
@Timeout(180)
final class DeadlyHandlersTest {
  private static final int NEIGHBOURS = 49;

  private final Servers servers = Servers.fresh();
  private final String queue = "q-" + UUID.randomUUID();
  private final List<Process> children = new ArrayList<>();
  private int launched;

  @BeforeEach
  void createLedger() {
    servers.sql("create table ledger (task uuid, note text)");
  }

  @AfterEach
  void stop() throws Exception {
    children.forEach(Process::destroyForcibly);
    servers.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"halt", "memory"})
  void whatTakesItsProcessDownThreeTimesIsDeadAndItsNeighboursSucceed(String deadly)
      throws Exception {
    TaskId poison = servers.queue.enqueue(NewTask.of(queue, deadly, "{}"));
    List<NewTask> neighbours =
        IntStream.range(0, NEIGHBOURS).mapToObj(i -> NewTask.of(queue, "slow", "{}")).toList();
    servers.database.useTransaction(tx -> servers.queue.enqueue(tx, neighbours));
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          keepTwoRunning();
          return servers.task(poison).state() == TaskState.DEAD
              && servers.count("select count(*) from tasks where state = 'succeeded'")
                  == NEIGHBOURS;
        });
    assertThat(servers.task(poison).error()).contains("poison");
    assertThat(servers.task(poison).crashes()).isEqualTo(3);
    assertThat(launched).as("two workers, and one for each that was taken down").isEqualTo(2 + 3);
    assertThat(
            servers.count(
                "select count(*) from tasks where type = 'slow' and attempt = 1 and crash_count <= 2"))
        .isEqualTo(NEIGHBOURS);
    assertThat(servers.count("select count(*) from ledger where note = 'effect'"))
        .isEqualTo(NEIGHBOURS);
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
    try (Worker worker =
        new Worker(
            CrashingWorker.settings(queue, 2),
            servers.queue,
            List.of(hanging, Handlers.of("fine", context -> {})))) {
      worker.start();
      reacting.await();
      TaskId innocent = lost("fine", 0);
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> servers.task(innocent).state() == TaskState.SUCCEEDED);
      assertThat(servers.task(poison).state()).isEqualTo(TaskState.RUNNING);
      goOn.countDown();
      await().until(() -> servers.task(poison).state() == TaskState.DEAD);
    }
  }

  /** Running, by a worker that is gone. */
  private TaskId lost(String type, int crashes) {
    TaskId id = servers.queue.enqueue(NewTask.of(queue, type, "{}").withDelay(Duration.ofHours(1)));
    servers.sql(
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
      children.add(CrashingWorker.launch(servers, queue, 8));
      launched++;
    }
  }
}
