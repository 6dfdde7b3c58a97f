package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.postgres.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How users test their handlers: nothing runs and no time passes unless the test says so. */
final class ManualWorkerTest {
  private static final Instant START = Instant.parse("2030-03-31T00:30:00Z");

  private final SettableClock clock = SettableClock.at(START);
  private final Servers servers = Servers.fresh();
  private final TaskQueue tasks = openTasks();

  private TaskQueue openTasks() {
    Database database =
        servers.closing(
            Database.openOn(PostgresSettings.parse(servers.address.url()), "manual", clock));
    return servers.closing(TaskQueue.open(database, servers.redis));
  }

  @AfterEach
  void close() throws Exception {
    servers.close();
  }

  @Test
  void retriesComeWhenTheClockHasMoved() throws Exception {
    try (ManualWorker worker = worker(Handlers.of("mail", ManualWorkerTest::failTwice))) {
      TaskId id = tasks.enqueue(NewTask.of("default", "mail", "{}"));
      assertThat(worker.runAllDue()).extracting(Task::state).containsExactly(TaskState.SCHEDULED);
      clock.advance(Duration.ofSeconds(50));
      assertThat(worker.runAllDue()).isEmpty();
      clock.advance(Duration.ofSeconds(20));
      assertThat(worker.runAllDue()).extracting(Task::attempt).containsExactly(2);
      clock.advance(Duration.ofMinutes(3));
      assertThat(worker.runAllDue()).extracting(Task::state).containsExactly(TaskState.SUCCEEDED);
      Task done = tasks.find(id).orElseThrow();
      assertThat(done.finishedAt()).isEqualTo(clock.instant());
      assertThat(Duration.between(START, done.finishedAt())).isEqualTo(Duration.ofSeconds(250));
    }
  }

  @Test
  void aDelayIsExactToTheMicrosecond() throws Exception {
    try (ManualWorker worker = worker(Handlers.idle("mail"))) {
      tasks.enqueue(NewTask.of("default", "mail", "{}").withDelay(Duration.ofHours(6)));
      clock.advance(Duration.ofHours(6).minusNanos(1_000));
      assertThat(worker.runNext()).isEmpty();
      clock.advance(Duration.ofNanos(1_000));
      assertThat(worker.runNext()).isPresent();
    }
  }

  @Test
  void whatTasksEnqueueAndWaitForRunsInTurn() throws Exception {
    TaskHandler first =
        Handlers.of(
            "first",
            context ->
                context.complete(
                    transaction ->
                        tasks.enqueue(transaction, NewTask.of("default", "second", "{}")),
                    "1"));
    try (ManualWorker worker = worker(first, Handlers.idle("second"))) {
      tasks.enqueue(NewTask.of("default", "first", "{}"));
      assertThat(worker.runAllDue())
          .extracting(Task::type, Task::state)
          .containsExactly(
              tuple("first", TaskState.SUCCEEDED), tuple("second", TaskState.SUCCEEDED));
    }
  }

  /** The night in which Berlin goes from two to three o'clock. */
  @Test
  void schedulesTickByTheClock() throws Exception {
    tasks
        .schedules()
        .put(
            Schedule.of("nightly", "30 * * * *", "default", "report", "{}")
                .withZone(ZoneId.of("Europe/Berlin")));
    try (ManualWorker worker = worker(Handlers.idle("report"))) {
      assertThat(worker.runAllDue()).isEmpty();
      clock.set(Instant.parse("2030-03-31T01:30:00Z"));
      assertThat(worker.runAllDue()).hasSize(1);
      clock.set(Instant.parse("2030-03-31T02:29:59Z"));
      assertThat(worker.runAllDue()).isEmpty();
    }
  }

  private ManualWorker worker(TaskHandler... handlers) {
    return new ManualWorker(tasks, List.of("default"), List.of(handlers));
  }

  private static void failTwice(TaskContext context) {
    if (context.task().attempt() < 3) {
      throw new IllegalStateException("not yet");
    }
  }
}
