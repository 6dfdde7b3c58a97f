package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.client.codec.StringCodec;

final class EnqueueTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @Test
  void aTaskIsFoundAsItWasEnqueued() {
    UUID flow = UUID.randomUUID();
    TaskId id = TaskId.next();
    NewTask task =
        NewTask.of("mail", "send", "{\"to\": \"a@example.org\"}")
            .withId(id)
            .withPriority(Priority.HIGH)
            .withFlow(flow)
            .withTenant("acme")
            .withCorrelation("c-1")
            .withUniqueKey("once")
            .withRetries(new Retries(2, Duration.ofMillis(1500)))
            .withLimits(TimeLimits.of(Duration.ofSeconds(6)));
    assertThat(queue.enqueue(task)).isEqualTo(id);

    Task found = queue.find(id);
    assertThat(found.payload()).isEqualTo("{\"to\": \"a@example.org\"}");
    assertThat(found.priority()).isEqualTo(Priority.HIGH);
    assertThat(found.state()).isEqualTo(TaskState.QUEUED);
    assertThat(found.attempt()).isZero();
    assertThat(found.retries()).isEqualTo(task.retries());
    assertThat(found.limits())
        .isEqualTo(new TimeLimits(Duration.ofSeconds(5), Duration.ofSeconds(6)));
    assertThat(found.flow()).isEqualTo(flow);
    assertThat(found.tenant()).isEqualTo("acme");
    assertThat(found.correlation()).isEqualTo("c-1");
    assertThat(found.uniqueKey()).isEqualTo("once");
    assertThat(queue.tasks().find(TaskId.next())).isEmpty();
  }

  @Test
  void aRollbackTakesTheTaskBackAndSendsNoHint() {
    TaskId id = TaskId.next();
    assertThatThrownBy(() ->
            queue
                .database()
                .useTransaction(transaction -> {
                  queue.tasks().enqueue(transaction, NewTask.of("undone", "send", "{}").withId(id));
                  throw new IllegalStateException("on purpose");
                }))
        .hasMessage("on purpose");
    TaskId kept = queue.enqueue(NewTask.of("undone", "send", "{}"));
    assertThat(queue.tasks().find(id)).isEmpty();
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(hints("undone")).containsExactly(kept.toString()));
  }

  @Test
  void manyAreEnqueuedInOrderAndOnlyTheFirstOfThemAreHinted() {
    List<NewTask> tasks =
        IntStream.range(0, 10_300).mapToObj(i -> NewTask.of("many", "count", "" + i)).toList();
    List<TaskId> ids =
        queue.database().inTransaction(transaction -> queue.tasks().enqueue(transaction, tasks));
    assertThat(queue.find(ids.get(4711)).payload()).isEqualTo("4711");
    await()
        .ignoreExceptions()
        .untilAsserted(() ->
            assertThat(hints("many"))
                .isEqualTo(
                    ids.subList(0, TaskQueue.MOST_HINTS).stream().map(TaskId::toString).toList()));
  }

  @Test
  void oneLiveTaskPerUniqueKeyAlsoUnderContention() throws Exception {
    NewTask task = NewTask.of("unique", "phase", "{}").withUniqueKey("flow-1");
    Callable<TaskId> enqueue = () -> queue.enqueue(task);
    try (var threads = Executors.newFixedThreadPool(8)) {
      var answers = threads.invokeAll(Collections.nCopies(64, enqueue));
      TaskId first = answers.getFirst().get();
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo(first);
      }
      assertThat(queue.enqueue(NewTask.of("unique", "other", "{}").withUniqueKey("flow-1")))
          .isNotEqualTo(first);
      assertThat(
              queue
                  .database()
                  .<Boolean, RuntimeException>inTransaction(
                      transaction -> queue.tasks().cancel(transaction, first)))
          .isTrue();
      assertThat(queue.enqueue(task)).isNotEqualTo(first);
    }
  }

  @Test
  void liveTasksOfAFlowAreListedAndCancelled() {
    UUID flow = UUID.randomUUID();
    TaskId now = queue.enqueue(NewTask.of("flows", "phase", "{}").withFlow(flow));
    TaskId later =
        queue.enqueue(
            NewTask.of("flows", "phase", "{}").withFlow(flow).withDelay(Duration.ofHours(1)));
    queue.enqueue(NewTask.of("flows", "phase", "{}").withFlow(UUID.randomUUID()));
    queue
        .database()
        .useTransaction(transaction -> {
          assertThat(queue.tasks().liveOf(transaction, flow))
              .extracting(Task::id, Task::state)
              .containsExactly(
                  org.assertj.core.groups.Tuple.tuple(now, TaskState.QUEUED),
                  org.assertj.core.groups.Tuple.tuple(later, TaskState.SCHEDULED));
          assertThat(queue.tasks().cancel(transaction, flow)).isEqualTo(2);
          assertThat(queue.tasks().liveOf(transaction, flow)).isEmpty();
          assertThat(queue.tasks().cancel(transaction, flow)).isZero();
        });
    assertThat(queue.find(later).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(queue.find(later).finishedAt()).isNotNull();
  }

  @Test
  void anyLanguageEnqueuesInItsOwnTransaction() throws Exception {
    try (Connection connection = queue.database().connectDirectly()) {
      connection.setAutoCommit(false);
      TaskId id =
          queue.tasks().enqueue(Transaction.on(connection), NewTask.of("foreign", "send", "{}"));
      try (var statement = connection.createStatement();
          var row =
              statement.executeQuery(
                  "select skein_enqueue('foreign', 'send', '[1]', delay => '5 minutes',"
                      + " unique_key => 'k')")) {
        assertThat(row.next()).isTrue();
        TaskId named = new TaskId(row.getObject(1, UUID.class));
        assertThat(named.value().version()).isEqualTo(7);
        assertThat(queue.tasks().find(id)).isEmpty();
        connection.commit();
        assertThat(queue.find(named).state()).isEqualTo(TaskState.SCHEDULED);
        assertThat(queue.find(id).state()).isEqualTo(TaskState.QUEUED);
      }
    }
  }

  @Test
  void aPayloadThatCannotBeStoredIsRefusedWithAReason() {
    assertThatThrownBy(() -> queue.enqueue(NewTask.of("bad", "send", "{not json")))
        .hasMessageContaining("json");
    assertThatThrownBy(() -> queue.enqueue(NewTask.of("bad", "send", "\"\\u0000\"")))
        .hasMessageContaining("\\u0000");
    String large = "\"" + "x".repeat(1 << 20) + "\"";
    assertThatThrownBy(() -> queue.enqueue(NewTask.of("bad", "send", large)))
        .hasMessageContaining("1 MiB");
    assertThat(queue.count("select count(*) from tasks where queue = 'bad'")).isZero();
  }

  @Test
  void thePayloadsTextIsBoundedHoweverWellItCompresses() {
    queue.sql("create table large (payload jsonb)");
    queue.sql("insert into large values (to_jsonb(repeat('x', 1048576)))");
    assertThatThrownBy(() -> queue.sql("select skein_enqueue('bad', 'send', payload) from large"))
        .hasMessageContaining("1 MiB");
  }

  /** Many at once are copied, past the function that measures payloads. */
  @Test
  void thePayloadsTextIsBoundedHoweverManyAreEnqueuedAtOnce() {
    String expanding = "[" + "1,".repeat(400_000) + "1]";
    String manyDigits = "[" + "1e9999, ".repeat(200) + "1e9999]";
    for (String payload : List.of(expanding, manyDigits)) {
      List<NewTask> tasks = Collections.nCopies(32, NewTask.of("bad", "send", payload));
      assertThatThrownBy(() ->
              queue
                  .database()
                  .useTransaction(transaction -> queue.tasks().enqueue(transaction, tasks)))
          .hasMessageContaining("1 MiB");
    }
  }

  @Test
  void namesThatNoIndexCouldHoldAreRefusedWithAReason() {
    String fits = "n".repeat(200);
    String tooLong = fits + "n";
    String key = "k".repeat(501);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewTask.of(tooLong, "send", "{}"))
        .withMessageContaining("200 characters");
    assertThatIllegalArgumentException().isThrownBy(() -> NewTask.of("bad", tooLong, "{}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewTask.of("bad", "send", "{}").withTenant(tooLong));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewTask.of("bad", "send", "{}").withUniqueKey(key))
        .withMessageContaining("500 bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NewTask.of("bad", "send", "{}").withConcurrencyKey(key));
    NewTask longest =
        NewTask.of(fits, fits, "{}")
            .withTenant(fits)
            .withUniqueKey("k".repeat(500))
            .withConcurrencyKey("k".repeat(500));
    assertThat(queue.find(queue.enqueue(longest)).tenant()).isEqualTo(fits);
  }

  @Test
  void ofTwoTimeLimitsTheOneThatIsNotGivenFitsTheOther() {
    assertThat(limits("")).isEqualTo(TimeLimits.DEFAULT);
    assertThat(limits(", hard_limit => '12 minutes'"))
        .isEqualTo(TimeLimits.of(Duration.ofMinutes(12)));
    assertThat(limits(", hard_limit => '1 hour'"))
        .isEqualTo(new TimeLimits(Duration.ofMinutes(25), Duration.ofHours(1)));
    assertThat(limits(", soft_limit => '1 minute'"))
        .isEqualTo(new TimeLimits(Duration.ofMinutes(1), Duration.ofMinutes(30)));
    assertThat(limits(", soft_limit => '50 minutes'"))
        .isEqualTo(TimeLimits.of(Duration.ofHours(1)));
  }

  private static TimeLimits limits(String options) {
    return queue
        .database()
        .read(handle ->
            queue
                .find(
                    new TaskId(
                        handle
                            .createQuery("select skein_enqueue('limits', 'send'" + options + ")")
                            .mapTo(UUID.class)
                            .one()))
                .limits());
  }

  /** As only an older version let them in. */
  @Test
  void aRowWithoutSenseIsReadAsWhatIsNearest() {
    queue.sql("alter table tasks drop constraint tasks_limits, drop constraint tasks_retry_delay");
    TaskId id = queue.enqueue(NewTask.of("senseless", "send", "{}"));
    queue.sql(
        "update tasks set soft_limit = '25 minutes', hard_limit = '10 minutes', retry_delay = '-1 s'"
            + " where queue = 'senseless'");
    assertThat(queue.find(id).limits())
        .isEqualTo(new TimeLimits(Duration.ofMinutes(10), Duration.ofMinutes(10)));
    assertThat(queue.find(id).retries().delay()).isZero();
    queue.sql(
        "update tasks set soft_limit = '-1 s', hard_limit = 'infinity', retry_delay = 'infinity'"
            + " where queue = 'senseless'");
    assertThat(queue.find(id).limits())
        .isEqualTo(new TimeLimits(Duration.ofMillis(1), Duration.ofDays(36_500)));
    queue.sql("delete from tasks where queue = 'senseless'");
    queue.sql(
        "alter table tasks add constraint tasks_limits"
            + " check (skein_limits_fit(soft_limit, hard_limit)),"
            + " add constraint tasks_retry_delay check (retry_delay between '0' and '36500 days')");
  }

  @Test
  void aPeriodWithoutAKeyIsRefusedWithAReason() {
    assertThatThrownBy(
            () -> queue.sql("select skein_enqueue('bad', 'send', unique_period => '1 day')"))
        .hasMessageContaining("unique_period needs a unique_key");
  }

  private static List<String> hints(String name) {
    return queue
        .servers()
        .redis
        .redisson()
        .<String, String>getStream(
            queue.servers().redis.keys().taskHints(name, Priority.NORMAL.level()),
            StringCodec.INSTANCE)
        .range(
            org.redisson.api.stream.StreamMessageId.MIN,
            org.redisson.api.stream.StreamMessageId.MAX)
        .values()
        .stream()
        .map(entry -> entry.getOrDefault(RedisHints.FIELD, "?"))
        .toList();
  }
}
