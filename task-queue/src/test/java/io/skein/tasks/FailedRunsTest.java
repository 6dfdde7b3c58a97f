package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.MDC;

/** The end of a run is written, whatever its handler's reaction does. */
@Timeout(60)
final class FailedRunsTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration AMPLE = Duration.ofSeconds(30);
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  private final List<String> leftOut = new ArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();

  @BeforeAll
  static void open() {
    queue.sql(
        "create table line (ledger text unique,"
            + " of text references line (ledger) deferrable initially deferred)");
  }

  @Test
  void oneThatGoesOnAfterAnSqlErrorIsLeftOut() throws Exception {
    Task task =
        end((transaction, failed, error) -> {
          Ledger.note(transaction, failed.id(), "reaction");
          try {
            transaction.handle().execute("select 1 / 0");
          } catch (RuntimeException swallowed) {
            assertThat(swallowed).isNotNull();
          }
        });
    assertWrittenWithoutIt(task, "transaction");
  }

  @Test
  void oneThatBreaksADeferredConstraintIsLeftOut() throws Exception {
    Task task =
        end((transaction, failed, error) ->
            transaction.handle().execute("insert into line values ('a', 'nobody')"));
    assertWrittenWithoutIt(task, "foreign key");
  }

  @Test
  void oneThatAlwaysMeetsALockIsLeftOut() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    Task task =
        end((transaction, failed, error) -> {
          tries.incrementAndGet();
          transaction.handle().execute("do 'begin raise exception using errcode = ''55P03''; end'");
        });
    assertWrittenWithoutIt(task, "reaction threw");
    assertThat(tries).hasValue(FailedRuns.PASSING_TRIES);
  }

  @Test
  void oneThatSleepsIsInterruptedAndLeftOut() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    Task task =
        end(
            SHORT,
            (transaction, failed, error) -> {
              Ledger.note(transaction, failed.id(), "reaction");
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
              }
            });
    assertWrittenWithoutIt(task, "did not return within");
    assertThat(interrupted).isTrue();
    assertThat(abandoned).hasValue(0);
  }

  @Test
  void oneThatIgnoresInterruptsIsLeftAloneAndChangesNothingLater() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Task task =
        end(
            SHORT,
            (transaction, failed, error) -> {
              Ledger.note(transaction, failed.id(), "reaction");
              while (goOn.getCount() > 0) {
                Thread.onSpinWait();
              }
              over.countDown();
            });
    assertWrittenWithoutIt(task, "did not return within");
    assertThat(abandoned).hasValue(1);
    goOn.countDown();
    over.await();
    await()
        .until(() ->
            queue.count(
                    "select count(*) from pg_stat_activity where datname = current_database()"
                        + " and state like 'idle in transaction%'")
                == 0);
    assertThat(queue.ledger().notes(task.id())).isEmpty();
  }

  @Test
  void oneThatWorksCommitsWithTheEnd() throws Exception {
    Task task =
        end((transaction, failed, error) -> Ledger.note(transaction, failed.id(), "reaction"));
    assertThat(task.state()).isEqualTo(TaskState.DEAD);
    assertThat(task.error()).isEqualTo("it broke");
    assertThat(leftOut).isEmpty();
    assertThat(queue.ledger().notes(task.id())).containsExactly("reaction");
  }

  @Test
  void whatItLogsNamesItsTask() throws Exception {
    AtomicReference<Map<String, String>> diagnostics = new AtomicReference<>(Map.of());
    Task task = end((transaction, failed, error) -> diagnostics.set(MDC.getCopyOfContextMap()));
    assertThat(diagnostics.get())
        .containsEntry("task", task.id().toString())
        .containsEntry("type", "broken")
        .containsEntry("attempt", "1");
  }

  @Test
  void onlyAReactionHasAThreadOfItsOwn() throws Exception {
    Task task = queue.servers().running("broken", "nobody").task();
    TaskHandler moved = Handlers.of("broken", context -> {}, (tx, of, why) -> {});
    FailedRuns toFailures = failedRuns(AMPLE, moved);
    FailedRuns toNothing = failedRuns(AMPLE, new Unmoved());
    List<Thread> writers = new ArrayList<>();
    FailedRuns.Write write = (transaction, error) -> writers.add(Thread.currentThread());
    assertThat(toNothing.end(task, TaskState.DEAD, "it broke", write)).isTrue();
    assertThat(toNothing.retry(task, "it broke", write)).isTrue();
    assertThat(toFailures.retry(task, "it broke", write)).isTrue();
    assertThat(writers).containsOnly(Thread.currentThread()).hasSize(3);
    assertThat(toFailures.end(task, TaskState.DEAD, "it broke", write)).isTrue();
    assertThat(writers.getLast()).isNotSameAs(Thread.currentThread());
  }

  /** A handler that leaves the reactions as the interface has them. */
  private static final class Unmoved implements TaskHandler {
    @Override
    public String type() {
      return "broken";
    }

    @Override
    public void handle(TaskContext context) {}
  }

  private void assertWrittenWithoutIt(Task task, String reason) {
    assertThat(task.state()).isEqualTo(TaskState.DEAD);
    assertThat(task.error()).startsWith("it broke; and the handler's reaction threw");
    assertThat(task.error()).contains(reason);
    assertThat(leftOut).containsExactly(task.error());
    assertThat(queue.ledger().notes(task.id())).isEmpty();
  }

  private Task end(Handlers.Reaction reaction) throws InterruptedException {
    return end(AMPLE, reaction);
  }

  /**
   * @param longest that a reaction may take
   */
  private Task end(Duration longest, Handlers.Reaction reaction) throws InterruptedException {
    Run run = queue.servers().running("broken", "nobody");
    FailedRuns failedRuns = failedRuns(longest, Handlers.of("broken", context -> {}, reaction));
    FinishedRuns finished = new FinishedRuns(queue.hints());
    boolean written =
        failedRuns.end(
            run.task(),
            TaskState.DEAD,
            "it broke",
            (transaction, error) ->
                finished.end(
                    transaction, run.lease(), TaskState.DEAD, new Failure(error, null, null)));
    assertThat(written).isTrue();
    return queue.find(run.task().id());
  }

  private FailedRuns failedRuns(Duration longest, TaskHandler handler) {
    return new FailedRuns(
        queue.database(), Map.of("broken", handler), new WorkerReports(listener()), longest);
  }

  private WorkerListener listener() {
    return new WorkerListener() {
      @Override
      public void reactionLeftOut(Task task, String error) {
        leftOut.add(error);
      }

      @Override
      public void abandoned(Task task) {
        abandoned.incrementAndGet();
      }
    };
  }
}
