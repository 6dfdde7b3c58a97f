package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A queue's limits hold for tasks that crashed twice, too. */
final class SuspectClaimTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void noMoreRunThanMayRunOverAllWorkersAtOnce() throws Exception {
    limit(QueueLimits.NONE.withMaxRunning(2));
    suspects(queue.task("count"), queue.task("count"), queue.task("count"), queue.task("count"));
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
    NewTask ofKey = queue.task("count").withConcurrencyKey("k");
    List<TaskId> ids =
        suspects(
            queue.task("count").withTenant("a"),
            queue.task("count").withTenant("a"),
            ofKey.withTenant("b"),
            ofKey.withTenant("c"),
            queue.task("count"));
    assertThat(claim()).contains(ids.get(0));
    assertThat(claim()).contains(ids.get(2));
    assertThat(claim()).contains(ids.get(4));
    assertThat(claim()).isEmpty();
  }

  @Test
  void aStartIsCountedInTheRate() {
    limit(QueueLimits.NONE.withRate(2, Duration.ofHours(1)));
    List<TaskId> ids = suspects(queue.task("count"), queue.task("count"), queue.task("count"));
    assertThat(claim()).contains(ids.get(0));
    assertThat(claim()).contains(ids.get(1));
    assertThat(claim()).isEmpty();
    limit(QueueLimits.NONE);
    assertThat(claim()).contains(ids.get(2));
  }

  @Test
  void aPausedQueueStartsNone() {
    suspects(queue.task("count"));
    queue.tasks().queues().pause(queue.name());
    assertThat(claim()).isEmpty();
    limit(QueueLimits.NONE.withMaxRunning(1));
    assertThat(claim()).isEmpty();
    queue.tasks().queues().resume(queue.name());
    assertThat(claim()).isPresent();
  }

  private void limit(QueueLimits limits) {
    queue.tasks().queues().limit(queue.name(), limits);
  }

  private List<TaskId> suspects(NewTask... tasks) {
    List<TaskId> ids = new ArrayList<>();
    for (NewTask task : tasks) {
      ids.add(queue.enqueue(task));
    }
    queue.sql("update tasks set crash_count = 2 where queue = '" + queue.name() + "'");
    return ids;
  }

  private Optional<TaskId> claim() {
    ClaimStatements statements =
        new ClaimStatements(
            "w", List.of(queue.name()), Set.of("count"), "b", Duration.ofSeconds(15));
    return queue
        .database()
        .<Optional<Run>, RuntimeException>read(
            handle -> statements.suspect(handle, queue.name(), false))
        .map(run -> run.task().id());
  }
}
