package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators find and do to many tasks. */
final class BulkTasksTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static TaskLists lists;
  private static BulkTasks bulk;
  private TaskFilter here = TaskFilter.ALL;

  @BeforeAll
  static void open() {
    lists = queue.tasks().lists();
    bulk = queue.tasks().bulk();
  }

  @BeforeEach
  void newQueue() {
    here = TaskFilter.ALL.withQueue(queue.name());
  }

  @Test
  void aListIsNewestFirstAndItsPagesJoin() {
    List<TaskId> ids = queue.enqueue(7, queue.task("count").withTenant("t"));
    List<Task> first = lists.page(here, null, 3);
    List<Task> second = lists.page(here, first.getLast().id(), 10);
    assertThat(first).hasSize(3);
    assertThat(second).hasSize(4);
    assertThat(
            Stream.concat(first.stream(), second.stream())
                .map(task -> task.id().toString())
                .toList())
        .as("by id: of one millisecond their order is any")
        .isEqualTo(ids.stream().map(TaskId::toString).sorted(Comparator.reverseOrder()).toList());
    assertThat(lists.count(here.withTenant("other"))).isZero();
    assertThat(lists.count(here.withTenant("t").withType("count"))).isEqualTo(7);
    assertThat(lists.count(here.withStates(Set.of(TaskState.DEAD, TaskState.QUEUED)))).isEqualTo(7);
  }

  @Test
  void aFilterFindsWhatAnErrorSays() {
    List<TaskId> ids = queue.enqueue(2, queue.task("count").withTenant("t"));
    end(ids.getFirst(), "dead", "Disk is FULL");
    TaskFilter full =
        new TaskFilter(queue.name(), null, Set.of(), null, null, "is full", null, null, null, null);
    assertThat(lists.page(full, null, 10)).extracting(Task::id).containsExactly(ids.getFirst());
  }

  @Test
  void deadTasksAreCountedThenRetriedWithAllAttemptsAndKeepTheirError() throws Exception {
    List<TaskId> ids = queue.enqueue(1_203, queue.task("count").withTenant("t"));
    queue.sql(
        "update tasks set state = 'dead', attempt = 4, crash_count = 3, worker = 'w', lease = 6,"
            + " error = 'broken', started_at = skein_now(), finished_at = skein_now()"
            + " where queue = '"
            + queue.name()
            + "'");
    BulkTasks.Counted counted = bulk.count(BulkAction.RETRY, here);
    assertThat(counted.count()).isEqualTo(1_203);
    queue.enqueue(1, queue.task("count").withTenant("t"));
    assertThat(bulk.confirm(BulkAction.RETRY, here, counted.token()))
        .contains(new BulkTasks.Changed(1_203, false));
    Task task = queue.find(ids.getFirst());
    assertThat(task.state()).isEqualTo(TaskState.QUEUED);
    assertThat(task.attempt()).isZero();
    assertThat(task.crashes()).isZero();
    assertThat(task.error()).isNull();
    assertThat(lists.attempts(task.id()))
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.outcome()).isEqualTo("dead");
          assertThat(attempt.error()).isEqualTo("broken");
          assertThat(attempt.attempt()).isEqualTo(4);
        });
    assertThat(queue.count("select lease from tasks where id = '" + ids.getFirst().value() + "'"))
        .isEqualTo(7);
  }

  @Test
  void aTokenIsForOneActionFilterAndCountOnly() throws Exception {
    queue.enqueue(3, queue.task("count").withTenant("t"));
    BulkTasks.Counted counted = bulk.count(BulkAction.CANCEL, here);
    assertThat(bulk.confirm(BulkAction.PURGE, here, counted.token())).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here.withTenant("t"), counted.token())).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here, "nonsense")).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here, "")).isEmpty();
    queue.enqueue(5, queue.task("count").withTenant("t"));
    assertThat(bulk.confirm(BulkAction.CANCEL, here, counted.token()))
        .contains(new BulkTasks.Changed(3, false));
    assertThat(lists.count(here.withStates(Set.of(TaskState.QUEUED)))).isEqualTo(5);
  }

  @Test
  void ofTasksWithOneUniqueKeyOnlyTheNewestIsRetriedAndNoneBesideALiveOne() throws Exception {
    NewTask unique = queue.task("count").withUniqueKey("key");
    TaskId old = queue.enqueue(unique);
    end(old, "failed", "x");
    TaskId newer = queue.enqueue(unique);
    end(newer, "failed", "x");
    BulkTasks.Counted counted = bulk.count(BulkAction.RETRY, here);
    assertThat(bulk.confirm(BulkAction.RETRY, here, counted.token()))
        .contains(new BulkTasks.Changed(1, false));
    assertThat(queue.find(newer).state()).isEqualTo(TaskState.QUEUED);
    assertThat(bulk.retry(old)).isFalse();
    assertThat(bulk.retry(newer)).isFalse();
    end(newer, "failed", "x");
    assertThat(bulk.retry(old)).isTrue();
  }

  @Test
  void aCancelledOneLetsThoseGoThatWaitedForItsEnd() throws Exception {
    TaskId first = queue.enqueue("count");
    TaskId after = queue.enqueue(queue.task("later").afterEndOf(List.of(first)));
    BulkTasks.Counted counted = bulk.count(BulkAction.CANCEL, here.withType("count"));
    bulk.confirm(BulkAction.CANCEL, here.withType("count"), counted.token());
    assertThat(queue.find(first).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(after).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aPurgeDeletesWhatEndedWithItsAttempts() throws Exception {
    List<TaskId> ids = queue.enqueue(3, queue.task("count").withTenant("t"));
    end(ids.get(0), "dead", "x");
    bulk.retry(ids.get(0));
    end(ids.get(0), "dead", "x");
    end(ids.get(1), "succeeded", "");
    BulkTasks.Counted counted = bulk.count(BulkAction.PURGE, here);
    assertThat(bulk.confirm(BulkAction.PURGE, here, counted.token()))
        .contains(new BulkTasks.Changed(2, false));
    assertThat(lists.page(here, null, 10)).extracting(Task::id).containsExactly(ids.get(2));
    assertThat(lists.attempts(ids.get(0))).isEmpty();
  }

  @Test
  void retentionKeepsWhatSomebodyMayWantToSee() {
    List<TaskId> ids = queue.enqueue(4, queue.task("count").withTenant("t"));
    end(ids.get(0), "succeeded", "");
    end(ids.get(1), "dead", "x");
    end(ids.get(2), "dead", "x");
    age(ids.get(0), 8);
    age(ids.get(1), 8);
    age(ids.get(2), 31);
    Retention retention = new Retention(queue.database(), TaskRetention.DEFAULT);
    assertThat(retention.preview()).isEqualTo(2);
    assertThat(retention.deleteSome()).isFalse();
    assertThat(retention.preview()).isZero();
    assertThat(lists.page(here, null, 10))
        .extracting(Task::id)
        .containsExactlyInAnyOrder(ids.get(3), ids.get(1));
  }

  private static void end(TaskId task, String state, String error) {
    queue.sql(
        "update tasks set state = '%s', error = nullif('%s', ''), started_at = skein_now(),"
                .formatted(state, error)
            + " finished_at = skein_now() where id = '"
            + task.value()
            + "'");
  }

  private static void age(TaskId task, int days) {
    queue.sql(
        "update tasks set finished_at = finished_at - interval '%d days' where id = '%s'"
            .formatted(days, task.value()));
  }
}
