package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators find and do to many tasks. */
final class BulkTasksTest {
  private static Servers servers;
  private static TaskLists lists;
  private static BulkTasks bulk;
  private String queue = "";
  private TaskFilter here = TaskFilter.ALL;

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
    lists = servers.queue.lists();
    bulk = servers.queue.bulk();
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @BeforeEach
  void newQueue() {
    queue = "q-" + UUID.randomUUID();
    here = TaskFilter.ALL.withQueue(queue);
  }

  @Test
  void aListIsNewestFirstAndItsPagesJoin() {
    List<TaskId> ids = enqueue(7, "count", "t");
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
    List<TaskId> ids = enqueue(2, "count", "t");
    end(ids.getFirst(), "dead", "Disk is FULL");
    TaskFilter full =
        new TaskFilter(queue, null, Set.of(), null, null, "is full", null, null, null, null);
    assertThat(lists.page(full, null, 10)).extracting(Task::id).containsExactly(ids.getFirst());
  }

  @Test
  void deadTasksAreCountedThenRetriedWithAllAttemptsAndKeepTheirError() throws Exception {
    List<TaskId> ids = enqueue(1_203, "count", "t");
    servers.sql(
        "update tasks set state = 'dead', attempt = 4, crash_count = 3, worker = 'w', lease = 6,"
            + " error = 'broken', started_at = skein_now(), finished_at = skein_now()"
            + " where queue = '"
            + queue
            + "'");
    BulkTasks.Counted counted = bulk.count(BulkAction.RETRY, here);
    assertThat(counted.count()).isEqualTo(1_203);
    enqueue(1, "count", "t");
    assertThat(bulk.confirm(BulkAction.RETRY, here, counted.token()))
        .contains(new BulkTasks.Changed(1_203, false));
    Task task = servers.task(ids.getFirst());
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
    assertThat(servers.count("select lease from tasks where id = '" + ids.getFirst().value() + "'"))
        .isEqualTo(7);
  }

  @Test
  void aTokenIsForOneActionFilterAndCountOnly() throws Exception {
    enqueue(3, "count", "t");
    BulkTasks.Counted counted = bulk.count(BulkAction.CANCEL, here);
    assertThat(bulk.confirm(BulkAction.PURGE, here, counted.token())).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here.withTenant("t"), counted.token())).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here, "nonsense")).isEmpty();
    assertThat(bulk.confirm(BulkAction.CANCEL, here, "")).isEmpty();
    enqueue(5, "count", "t");
    assertThat(bulk.confirm(BulkAction.CANCEL, here, counted.token()))
        .contains(new BulkTasks.Changed(3, false));
    assertThat(lists.count(here.withStates(Set.of(TaskState.QUEUED)))).isEqualTo(5);
  }

  @Test
  void ofTasksWithOneUniqueKeyOnlyTheNewestIsRetriedAndNoneBesideALiveOne() throws Exception {
    NewTask unique = NewTask.of(queue, "count", "{}").withUniqueKey("key");
    TaskId old = servers.queue.enqueue(unique);
    end(old, "failed", "x");
    TaskId newer = servers.queue.enqueue(unique);
    end(newer, "failed", "x");
    BulkTasks.Counted counted = bulk.count(BulkAction.RETRY, here);
    assertThat(bulk.confirm(BulkAction.RETRY, here, counted.token()))
        .contains(new BulkTasks.Changed(1, false));
    assertThat(servers.task(newer).state()).isEqualTo(TaskState.QUEUED);
    assertThat(bulk.retry(old)).isFalse();
    assertThat(bulk.retry(newer)).isFalse();
    end(newer, "failed", "x");
    assertThat(bulk.retry(old)).isTrue();
  }

  @Test
  void aCancelledOneLetsThoseGoThatWaitedForItsEnd() throws Exception {
    TaskId first = servers.queue.enqueue(NewTask.of(queue, "count", "{}"));
    TaskId after =
        servers.queue.enqueue(NewTask.of(queue, "later", "{}").afterEndOf(List.of(first)));
    BulkTasks.Counted counted = bulk.count(BulkAction.CANCEL, here.withType("count"));
    bulk.confirm(BulkAction.CANCEL, here.withType("count"), counted.token());
    assertThat(servers.task(first).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(servers.task(after).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aPurgeDeletesWhatEndedWithItsAttempts() throws Exception {
    List<TaskId> ids = enqueue(3, "count", "t");
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
    List<TaskId> ids = enqueue(4, "count", "t");
    end(ids.get(0), "succeeded", "");
    end(ids.get(1), "dead", "x");
    end(ids.get(2), "dead", "x");
    age(ids.get(0), 8);
    age(ids.get(1), 8);
    age(ids.get(2), 31);
    Retention retention = new Retention(servers.database, TaskRetention.DEFAULT);
    assertThat(retention.preview()).isEqualTo(2);
    assertThat(retention.deleteSome()).isFalse();
    assertThat(retention.preview()).isZero();
    assertThat(lists.page(here, null, 10))
        .extracting(Task::id)
        .containsExactlyInAnyOrder(ids.get(3), ids.get(1));
  }

  private List<TaskId> enqueue(int count, String type, String tenant) {
    NewTask task = NewTask.of(queue, type, "{}").withTenant(tenant);
    return servers.database.inTransaction(
        tx -> servers.queue.enqueue(tx, IntStream.range(0, count).mapToObj(i -> task).toList()));
  }

  private static void end(TaskId task, String state, String error) {
    servers.sql(
        "update tasks set state = '%s', error = nullif('%s', ''), started_at = skein_now(),"
                .formatted(state, error)
            + " finished_at = skein_now() where id = '"
            + task.value()
            + "'");
  }

  private static void age(TaskId task, int days) {
    servers.sql(
        "update tasks set finished_at = finished_at - interval '%d days' where id = '%s'"
            .formatted(days, task.value()));
  }
}
