package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A queue's limits hold for tasks that crashed twice, too. */
final class SuspectClaimTest {
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
  void noMoreRunThanMayRunOverAllWorkersAtOnce() throws Exception {
    limit(QueueLimits.NONE.withMaxRunning(2));
    suspects(task(), task(), task(), task());
    List<Callable<Optional<TaskId>>> workers = Collections.nCopies(8, this::claim);
    List<TaskId> claimed = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var answer : threads.invokeAll(workers)) {
        answer.get().ifPresent(claimed::add);
      }
    }
    assertThat(claimed).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void aTenantAndAKeyThatAreFullAreLeftOut() {
    limit(QueueLimits.NONE.withMaxPerTenant(1).withMaxPerKey(1));
    NewTask ofKey = task().withConcurrencyKey("k");
    List<TaskId> ids =
        suspects(
            task().withTenant("a"),
            task().withTenant("a"),
            ofKey.withTenant("b"),
            ofKey.withTenant("c"),
            task());
    assertThat(claim()).contains(ids.get(0));
    assertThat(claim()).contains(ids.get(2));
    assertThat(claim()).contains(ids.get(4));
    assertThat(claim()).isEmpty();
  }

  @Test
  void aStartIsCountedInTheRate() {
    limit(QueueLimits.NONE.withRate(2, Duration.ofHours(1)));
    List<TaskId> ids = suspects(task(), task(), task());
    assertThat(claim()).contains(ids.get(0));
    assertThat(claim()).contains(ids.get(1));
    assertThat(claim()).isEmpty();
    limit(QueueLimits.NONE);
    assertThat(claim()).contains(ids.get(2));
  }

  @Test
  void aPausedQueueStartsNone() {
    suspects(task());
    servers.queue.queues().pause(queue);
    assertThat(claim()).isEmpty();
    limit(QueueLimits.NONE.withMaxRunning(1));
    assertThat(claim()).isEmpty();
    servers.queue.queues().resume(queue);
    assertThat(claim()).isPresent();
  }

  private void limit(QueueLimits limits) {
    servers.queue.queues().limit(queue, limits);
  }

  private NewTask task() {
    return NewTask.of(queue, "count", "{}");
  }

  private List<TaskId> suspects(NewTask... tasks) {
    List<TaskId> ids = new ArrayList<>();
    for (NewTask task : tasks) {
      ids.add(servers.queue.enqueue(task));
    }
    servers.sql("update tasks set crash_count = 2 where queue = '" + queue + "'");
    return ids;
  }

  private Optional<TaskId> claim() {
    ClaimStatements statements =
        new ClaimStatements("w", List.of(queue), Set.of("count"), "b", Duration.ofSeconds(15));
    return servers
        .database
        .<Optional<Run>, RuntimeException>read(handle -> statements.suspect(handle, queue, false))
        .map(run -> run.task().id());
  }
}
