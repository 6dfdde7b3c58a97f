package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.JdbiException;

/**
 * Writes the success of runs whose handlers returned without completing. While one statement is on
 * its way the next batch gathers, at most 256; there are never more than there are slots. A batch
 * that PostgreSQL refuses for its data is written one by one; any other failure repeats the whole.
 * A task whose row another transaction holds waits for a later batch and does not delay the others.
 */
final class CompletionWriter implements RunUntilStopped.Round {
  private static final int BATCH = 256;
  static final Duration AFTER_FAILURE = Duration.ofMillis(200);
  private static final Duration WHILE_HELD = Duration.ofMillis(20);

  private final Database database;
  private final FinishedRuns finished;
  private final Ended ended;
  private final BiConsumer<Run, PermanentTaskException> refused;
  private final BlockingQueue<Run> waiting = new LinkedBlockingQueue<>();
  private final List<Run> batch = new ArrayList<>();
  private boolean rowsAreHeld;

  /** Told when the ends of runs are known. */
  @FunctionalInterface
  interface Ended {
    /**
     * @param committed the leases of those that succeeded; the others had lost theirs
     */
    void ended(List<Run> runs, Set<Lease> committed);
  }

  /**
   * @param refused takes over a run whose result cannot be stored; must not block
   */
  CompletionWriter(
      Database database,
      FinishedRuns finished,
      Ended ended,
      BiConsumer<Run, PermanentTaskException> refused) {
    this.database = database;
    this.finished = finished;
    this.ended = ended;
    this.refused = refused;
  }

  void add(Run run) {
    waiting.add(run);
  }

  @Override
  public void run() throws InterruptedException {
    if (batch.isEmpty()) {
      batch.add(waiting.take());
      waiting.drainTo(batch, BATCH - 1);
    }
    write();
    batch.clear();
  }

  private void write() throws InterruptedException {
    try {
      writeAll(batch);
    } catch (RuntimeException e) {
      if (e instanceof PermanentTaskException || RefusedData.isCauseOf(e)) {
        writeOneByOne();
      } else if (!rowsAreHeld && PassingFailures.isLock(e)) {
        rowsAreHeld = true;
        writeAll(batch);
      } else {
        throw e;
      }
    }
  }

  /** While others hold rows, each batch passes over them; they wait for a later one. */
  private void writeAll(List<Run> runs) throws InterruptedException {
    FinishedRuns.Completed completed = complete(runs);
    Predicate<Run> held = run -> completed.held().contains(run.lease());
    List<Run> known = runs.stream().filter(held.negate()).toList();
    ended.ended(known, completed.done());
    rowsAreHeld = !completed.held().isEmpty();
    runs.stream().filter(held).forEach(waiting::add);
    if (known.isEmpty()) {
      Thread.sleep(WHILE_HELD);
    }
  }

  private FinishedRuns.Completed complete(List<Run> runs) {
    List<FinishedRuns.Completion> completions =
        runs.stream().map(CompletionWriter::completion).toList();
    return database.inTransaction(tx ->
        rowsAreHeld
            ? finished.completeUnlocked(tx, completions)
            : new FinishedRuns.Completed(finished.completeAll(tx, completions), Set.of()));
  }

  /** What was written is taken off the batch, so that a failure in the middle repeats the rest. */
  private void writeOneByOne() throws InterruptedException {
    while (!batch.isEmpty()) {
      Run run = batch.getFirst();
      try {
        rowsAreHeld = true;
        writeAll(List.of(run));
      } catch (PermanentTaskException e) {
        refused.accept(run, e);
      } catch (JdbiException e) {
        if (!RefusedData.isCauseOf(e)) {
          throw e;
        }
        refused.accept(run, FinishedRuns.refused(e));
      }
      batch.removeFirst();
    }
  }

  private static FinishedRuns.Completion completion(Run run) {
    return new FinishedRuns.Completion(run.lease(), run.result(), run.log());
  }
}
