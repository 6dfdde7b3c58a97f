package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends poison: tasks that take their workers down, with what their handlers do about it. On a
 * thread of its own: a handler's reaction that hangs or throws must not delay the tasks that are to
 * run again. One that could not be ended is found again by the next look. Thread safe.
 */
final class PoisonEnds implements RunUntilStopped.Round {
  private static final Logger LOG = LoggerFactory.getLogger(PoisonEnds.class);

  private final FailedRuns failedRuns;
  private final RedisHints hints;
  private final WorkerReports reports;
  private final BlockingQueue<Poison> waiting = new LinkedBlockingQueue<>();
  private final Set<Lease> taken = new HashSet<>();

  PoisonEnds(FailedRuns failedRuns, RedisHints hints, WorkerReports reports) {
    this.failedRuns = failedRuns;
    this.hints = hints;
    this.reports = reports;
  }

  /**
   * Takes those that do not wait here already.
   *
   * @param gone the workers that are gone
   * @param silence after which an expired lease is lost
   */
  synchronized void take(Collection<Run> poison, Set<String> gone, Duration silence) {
    for (Run run : poison) {
      if (taken.add(run.lease())) {
        waiting.add(new Poison(run, gone, silence));
      }
    }
  }

  @Override
  public void run() throws InterruptedException {
    finish(waiting.take());
  }

  /** Ends those that wait now, on the caller's thread. */
  void pass() throws InterruptedException {
    Poison next = waiting.poll();
    while (next != null) {
      finish(next);
      next = waiting.poll();
    }
  }

  private void finish(Poison found) throws InterruptedException {
    try {
      end(found);
    } finally {
      over(found.run().lease());
    }
  }

  private synchronized void over(Lease lease) {
    taken.remove(lease);
  }

  private void end(Poison found) throws InterruptedException {
    Run run = found.run();
    int crashes = run.task().crashes() + 1;
    String error =
        "poison: its worker was lost in " + crashes + " of its runs, in the last it ran alone";
    boolean ended =
        failedRuns.end(
            run.task(),
            TaskState.DEAD,
            error,
            (transaction, reason) -> endLost(transaction, found, reason));
    if (ended) {
      LOG.atWarn()
          .addKeyValue("task", run.task().id())
          .addKeyValue("type", run.task().type())
          .addKeyValue("crashes", crashes)
          .log("a task ended as dead: it takes its worker down");
      reports.tell(listener -> listener.failed(run.task(), TaskState.DEAD, error));
    }
  }

  private boolean endLost(Transaction transaction, Poison found, String error) {
    Lease lease = found.run().lease();
    Optional<Boolean> awaited =
        transaction
            .handle()
            .createQuery(
                """
                update tasks set state = 'dead', crash_count = crash_count + 1, error = :error,
                  lease_until = null, finished_at = skein_now()
                where id = :id and lease = :lease and %s
                returning awaited
                """
                    .formatted(StalledTaskReaper.LOST))
            .bind("id", lease.task().value())
            .bind("lease", lease.number())
            .bind("error", ErrorText.storable(error))
            .bindArray("gone", String.class, List.copyOf(found.gone()))
            .bind("silence", found.silence().toMillis())
            .mapTo(Boolean.class)
            .findOne();
    if (awaited.orElse(false)) {
      List<Hint> released = Release.after(transaction.handle(), List.of(lease.task()));
      transaction.afterCommit(() -> released.forEach(hints::offer));
    }
    return awaited.isPresent();
  }

  /**
   * @param gone the workers that were gone when it was found
   */
  private record Poison(Run run, Set<String> gone, Duration silence) {}
}
