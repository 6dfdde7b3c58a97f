package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a handler throws, leaves or does: its task shows it, and nothing else is harmed. */
@Timeout(120)
final class HostileHandlersTest {
  private static final int SLOTS = 4;
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  /** Three of each, on four slots: one that were lost with each kind would stop the queue. */
  @Test
  void whatIsThrownOrLeftEndsItsOwnTaskOnly() {
    start(Handlers.of("odd", HostileHandlersTest::misbehave));
    Map<TaskId, Ending> expected = new LinkedHashMap<>();
    for (int repetition = 0; repetition < 3; repetition++) {
      endings().forEach((payload, ending) -> expected.put(enqueueOdd(payload), ending));
    }
    List<TaskId> neighbours = IntStream.range(0, 20).mapToObj(i -> enqueueOdd("fine")).toList();
    neighbours.forEach(id -> queue.await(id, TaskState.SUCCEEDED));
    expected.forEach((id, ending) ->
        assertThat(queue.await(id, ending.state()).error()).contains(ending.error()));
    assertAllSlotsFree();
  }

  private static Map<String, Ending> endings() {
    Map<String, Ending> endings = new LinkedHashMap<>();
    endings.put("overflow", new Ending(TaskState.DEAD, "StackOverflowError"));
    endings.put("memory", new Ending(TaskState.DEAD, "OutOfMemoryError"));
    endings.put("linkage", new Ending(TaskState.DEAD, "NoClassDefFoundError"));
    endings.put("mute", new Ending(TaskState.DEAD, "Mute"));
    endings.put("mute permanent", new Ending(TaskState.FAILED, "MutePermanent"));
    endings.put("secretive", new Ending(TaskState.DEAD, "Secretive"));
    endings.put("ring", new Ending(TaskState.DEAD, "outer; caused by"));
    endings.put("unserializable", new Ending(TaskState.DEAD, "Unserializable"));
    endings.put("null text", new Ending(TaskState.DEAD, "null"));
    endings.put("raw nul", new Ending(TaskState.DEAD, "a\uFFFDb"));
    endings.put("nul", new Ending(TaskState.FAILED, "\\u0000"));
    endings.put("nul at once", new Ending(TaskState.FAILED, "\\u0000"));
    endings.put("large", new Ending(TaskState.FAILED, "52428802 characters"));
    endings.put("no json", new Ending(TaskState.FAILED, "json"));
    endings.put("interrupted", new Ending(TaskState.DEAD, "left interrupted"));
    return endings;
  }

  private static void misbehave(TaskContext context) {
    switch (context.task().payload().replace("\"", "")) {
      case "overflow" -> throw new StackOverflowError();
      case "memory" -> throw new OutOfMemoryError("not a real one");
      case "linkage" -> throw new NoClassDefFoundError("io/skein/Gone");
      case "mute" -> throw new MuteException();
      case "mute permanent" -> throw new MutePermanentException();
      case "secretive" -> throw new SecretiveException();
      case "ring" -> throw ring();
      case "unserializable" -> throw new UnserializableException();
      case "null text" -> throw new NullTextException();
      case "raw nul" -> throw new IllegalStateException("a\u0000b");
      case "nul" -> context.result("\"\\u0000\"");
      case "nul at once" -> context.complete(transaction -> {}, "\"\\u0000\"");
      case "large" -> context.result("\"" + "x".repeat(50 << 20) + "\"");
      case "no json" -> context.result("{oops");
      case "interrupted" -> {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("left interrupted");
      }
      default -> {}
    }
  }

  @Test
  void handlersThatHangAndIgnoreInterruptsLoseTheirSlotsAtTheHardLimit() {
    CountDownLatch never = new CountDownLatch(1);
    start(Handlers.of("deaf", context -> hang(never)), Handlers.idle("odd"));
    TimeLimits limits = new TimeLimits(Duration.ofMillis(100), Duration.ofMillis(400));
    List<TaskId> deaf =
        IntStream.range(0, 2 * SLOTS)
            .mapToObj(i -> queue.enqueue(queue.task("deaf").withLimits(limits)))
            .toList();
    queue.await(enqueueOdd("fine"), TaskState.SUCCEEDED);
    deaf.forEach(
        id -> assertThat(queue.await(id, TaskState.FAILED).error()).contains("hard time limit"));
    assertAllSlotsFree();
    never.countDown();
  }

  @Test
  void aPauseForEverIsTenYearsLong() {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    start(
        Handlers.of(
            "odd",
            context -> {
              if (context.task().payload().contains("snooze")) {
                context.snooze(forever, "later");
              }
              context.retryAfter(forever, "much later");
            }));
    List<TaskId> ids =
        List.of(
            enqueueOdd("snooze"),
            queue.enqueue(queue.task("odd", "\"retry\"")),
            queue.enqueue(queue.task("odd", "\"retry\"")));
    for (TaskId id : ids) {
      assertThat(queue.await(id, TaskState.SCHEDULED).runAt())
          .isBetween(
              Instant.now().plus(3_652, ChronoUnit.DAYS),
              Instant.now().plus(3_654, ChronoUnit.DAYS));
    }
    assertAllSlotsFree();
  }

  @Test
  void aDelayOfAHundredYearsIsTenYearsLong() {
    start(
        Handlers.of(
            "odd",
            context -> {
              throw new IllegalStateException("again");
            }));
    TaskId id =
        queue.enqueue(queue.task("odd").withRetries(new Retries(2, Duration.ofDays(36_500))));
    assertThat(queue.await(id, TaskState.SCHEDULED).runAt())
        .isBefore(Instant.now().plus(3_654, ChronoUnit.DAYS));
    assertAllSlotsFree();
  }

  /** What passes by itself has passed after ten runs. */
  @Test
  void aFailureThatNeverPassesCountsInTheEnd() {
    TaskId id = enqueueOdd("locked");
    queue.sql(
        "insert into task_attempts (task, lease, attempt, ended_at, outcome) select '"
            + id
            + "', -i, 1, skein_now(), 'postponed' from generate_series(1, "
            + (UnfinishedRuns.POSTPONEMENTS - 1)
            + ") i");
    start(
        Handlers.of(
            "odd",
            context -> queue.sql("do 'begin raise exception using errcode = ''55P03''; end'")));
    Task dead = queue.await(id, TaskState.DEAD);
    assertThat(dead.error()).contains("does not pass by itself");
    assertThat(dead.attempt()).isOne();
    assertThat(queue.count("select count(*) from task_attempts where task = '" + id + "'"))
        .isEqualTo(UnfinishedRuns.POSTPONEMENTS);
    assertAllSlotsFree();
  }

  @Test
  void aTransactionThatGoesOnAfterAnSqlErrorCountsAtOnce() {
    start(Handlers.of("odd", context -> context.complete(HostileHandlersTest::swallow, null)));
    assertThat(queue.await(enqueueOdd("swallow"), TaskState.DEAD).error()).contains("aborted");
    assertAllSlotsFree();
  }

  private static void swallow(Transaction transaction) {
    try {
      transaction.handle().execute("select 1 / 0");
    } catch (RuntimeException swallowed) {
      assertThat(swallowed).isNotNull();
    }
  }

  @Test
  void oneThatEnqueuesItselfTakesItsTurnAndNoMore() {
    start(
        Handlers.of(
            "again",
            context ->
                context.complete(
                    transaction -> queue.tasks().enqueue(transaction, queue.task("again")), null)),
        Handlers.idle("odd"));
    queue.enqueue(SLOTS, "again");
    IntStream.range(0, 50)
        .mapToObj(i -> enqueueOdd("fine"))
        .toList()
        .forEach(id -> queue.await(id, TaskState.SUCCEEDED));
  }

  /** What the listener throws is the embedding service's, not the task's. */
  @Test
  void aListenerThatThrowsErrorsEndsNothing() {
    WorkerListener throwing =
        new WorkerListener() {
          @Override
          public void claimed(Task task) {
            throw new AssertionError("claimed");
          }

          @Override
          public void completed(Task task) {
            throw new StackOverflowError();
          }
        };
    queue.start(queue.settings().withSlots(SLOTS), throwing, Handlers.idle("odd"));
    for (int i = 0; i < 3 * SLOTS; i++) {
      queue.await(enqueueOdd("fine"), TaskState.SUCCEEDED);
    }
    assertAllSlotsFree();
  }

  private static void hang(CountDownLatch never) {
    boolean open = true;
    while (open) {
      try {
        never.await();
        open = false;
      } catch (InterruptedException deaf) {
        open = true;
      }
    }
  }

  private static RuntimeException ring() {
    RuntimeException inner = new IllegalStateException("inner");
    RuntimeException outer = new IllegalStateException("outer", inner);
    inner.initCause(outer);
    return outer;
  }

  private static Worker start(TaskHandler... handlers) {
    return queue.start(queue.settings().withSlots(SLOTS), handlers);
  }

  /** It has one attempt. */
  private static TaskId enqueueOdd(String payload) {
    return queue.enqueue(queue.task("odd", "\"" + payload + "\"").withRetries(Retries.NONE));
  }

  private static void assertAllSlotsFree() {
    await().until(() -> queue.workers().getFirst().running() == 0);
  }

  /** How a task must end. */
  private record Ending(TaskState state, String error) {}

  private static final class MuteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("I do not tell");
    }
  }

  private static final class MutePermanentException extends PermanentTaskException {
    private static final long serialVersionUID = 1L;

    MutePermanentException() {
      super("never shown");
    }

    @Override
    public String getMessage() {
      throw new StackOverflowError();
    }
  }

  private static final class SecretiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("I do not tell");
    }
  }

  private static final class NullTextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("NullAway") // what it should not do
    public String toString() {
      return null;
    }
  }

  private static final class UnserializableException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Object lock = new Object();

    @Override
    public String toString() {
      return "Unserializable[" + lock + "]";
    }
  }
}
