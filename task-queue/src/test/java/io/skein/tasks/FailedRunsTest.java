package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a run is written, whatever its handler's reaction does. */
@Timeout(60)
final class FailedRunsTest {
  private static final Duration LONGEST = Duration.ofMillis(300);
  private static Servers servers;

  private final List<String> leftOut = new ArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
    servers.sql("create table ledger (note text)");
    servers.sql(
        "create table line (ledger text unique,"
            + " of text references line (ledger) deferrable initially deferred)");
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @BeforeEach
  void emptyLedger() {
    servers.sql("truncate ledger");
  }

  @Test
  void oneThatGoesOnAfterAnSqlErrorIsLeftOut() throws Exception {
    Task task =
        end((transaction, failed, error) -> {
          note(transaction);
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
        end((transaction, failed, error) -> {
          note(transaction);
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
        end((transaction, failed, error) -> {
          note(transaction);
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
            servers.count(
                    "select count(*) from pg_stat_activity where datname = current_database()"
                        + " and state like 'idle in transaction%'")
                == 0);
    assertThat(servers.count("select count(*) from ledger")).isZero();
  }

  @Test
  void oneThatWorksCommitsWithTheEnd() throws Exception {
    Task task = end((transaction, failed, error) -> note(transaction));
    assertThat(task.state()).isEqualTo(TaskState.DEAD);
    assertThat(task.error()).isEqualTo("it broke");
    assertThat(leftOut).isEmpty();
    assertThat(servers.count("select count(*) from ledger")).isOne();
  }

  private void assertWrittenWithoutIt(Task task, String reason) {
    assertThat(task.state()).isEqualTo(TaskState.DEAD);
    assertThat(task.error()).startsWith("it broke; and the handler's reaction threw");
    assertThat(task.error()).contains(reason);
    assertThat(leftOut).containsExactly(task.error());
    assertThat(servers.count("select count(*) from ledger")).isZero();
  }

  private Task end(Handlers.Reaction reaction) throws InterruptedException {
    Run run = servers.running("broken", "nobody");
    TaskHandler handler = Handlers.of("broken", context -> {}, reaction);
    FailedRuns failedRuns =
        new FailedRuns(
            servers.database, Map.of("broken", handler), new WorkerReports(listener()), LONGEST);
    FinishedRuns finished = new FinishedRuns(servers.queue.hints());
    boolean written =
        failedRuns.end(
            run.task(),
            TaskState.DEAD,
            "it broke",
            (transaction, error) ->
                finished.end(
                    transaction, run.lease(), TaskState.DEAD, new Failure(error, null, null)));
    assertThat(written).isTrue();
    return servers.task(run.task().id());
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

  private static void note(Transaction transaction) {
    transaction.handle().execute("insert into ledger values ('reaction')");
  }
}
