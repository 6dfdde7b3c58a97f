package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A worker for tests of handlers: it runs tasks when it is told, one after the other, and returns
 * when the end of each is committed. With a {@link io.skein.postgres.SettableClock} behind the
 * queue retries, delays and schedules come due when the test moves the clock. Everything else is as
 * in a {@link Worker}: claims, leases, time limits (by real time), what becomes of a failure.
 *
 * <p>For a queue without other workers, which would take it for one that has died. Not thread safe.
 * After db-scheduler's {@code ManualScheduler}.
 */
public final class ManualWorker implements AutoCloseable {
  /** Past every hard limit: the execution gives up before. */
  private static final Duration PATIENCE = Duration.ofDays(1);

  private final TaskQueue tasks;
  private final WorkerSettings settings;
  private final RunParts parts;
  private final ClaimStatements statements;
  private final FairClaims fair;

  /**
   * @param handlers at most one for each type of task
   */
  public ManualWorker(
      TaskQueue tasks, List<String> queues, Collection<? extends TaskHandler> handlers) {
    Database database = tasks.database();
    this.tasks = tasks;
    this.settings = WorkerSettings.named("manual").withQueues(queues).withSlots(1);
    this.parts = RunParts.of(settings, tasks, handlers, WorkerListener.NONE);
    this.statements =
        new ClaimStatements(
            "manual@" + Identifiers.next(),
            queues,
            parts.handlers().keySet(),
            settings.build(),
            settings.lease());
    this.fair = new FairClaims(database, statements);
    database.useTransaction(
        transaction -> TypeRows.declare(transaction.handle(), queues, parts.handlers().values()));
    parts.execution().start();
  }

  /**
   * Runs the next task that is due, if there is one.
   *
   * @return the task as it is after the run
   * @throws InterruptedException when the thread is interrupted meanwhile; the run goes on
   */
  public Optional<Task> runNext() throws InterruptedException {
    parts.upkeep().pass();
    Optional<Run> next = claim();
    if (next.isEmpty()) {
      return Optional.empty();
    }
    Run run = next.get();
    parts.slots().take(List.of(run));
    parts.execution().submit(run);
    if (!parts.slots().awaitEmpty(PATIENCE.toNanos())) {
      throw new IllegalStateException("a run did not end: " + run.task());
    }
    return tasks.find(run.task().id());
  }

  /**
   * Runs tasks until none is due, also those that they enqueue. One that enqueues itself without a
   * delay never ends.
   *
   * @return the tasks as they were after each run, in order; one that was run twice is there twice
   */
  public List<Task> runAllDue() throws InterruptedException {
    List<Task> ran = new ArrayList<>();
    for (Optional<Task> task = runNext(); task.isPresent(); task = runNext()) {
      ran.add(task.get());
    }
    return ran;
  }

  /** Interrupts what still runs. */
  @Override
  public void close() {
    parts.execution().close();
  }

  private Optional<Run> claim() {
    for (String queue : settings.queues()) {
      List<Run> claimed = fair.claim(queue, FairClaims.Levels.ALL, 1);
      if (!claimed.isEmpty()) {
        return Optional.of(claimed.getFirst());
      }
      Optional<Run> suspect =
          tasks.database().read(handle -> statements.suspect(handle, queue, false));
      if (suspect.isPresent()) {
        return suspect;
      }
    }
    return Optional.empty();
  }
}
