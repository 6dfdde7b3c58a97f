package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the success of runs whose handlers returned without completing. While one statement is on
 * its way the next batch gathers, at most 256; there are never more than there are slots. A batch
 * that PostgreSQL refuses for its data is written one by one; any other failure repeats the whole.
 */
final class CompletionWriter implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CompletionWriter.class);
  private static final int BATCH = 256;
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Database database;
  private final LeasedWrites writes;
  private final Ended ended;
  private final BiConsumer<Run, PermanentTaskException> refused;
  private final BlockingQueue<Run> waiting = new LinkedBlockingQueue<>();

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
      LeasedWrites writes,
      Ended ended,
      BiConsumer<Run, PermanentTaskException> refused) {
    this.database = database;
    this.writes = writes;
    this.ended = ended;
    this.refused = refused;
  }

  void add(Run run) {
    waiting.add(run);
  }

  @Override
  public void run() {
    List<Run> batch = new ArrayList<>();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        if (batch.isEmpty()) {
          batch.add(waiting.take());
          waiting.drainTo(batch, BATCH - 1);
        }
        write(batch);
        batch.clear();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        LOG.warn("completions were not written; trying again", e);
        pause();
      }
    }
  }

  private void write(List<Run> batch) {
    Set<Lease> committed;
    try {
      committed = writeAll(batch);
    } catch (RuntimeException e) {
      if (e instanceof PermanentTaskException || LeasedWrites.refusedForItsData(e)) {
        writeOneByOne(batch);
        return;
      }
      throw e;
    }
    ended.ended(List.copyOf(batch), committed);
  }

  private Set<Lease> writeAll(List<Run> batch) {
    return database.inTransaction(
        tx -> writes.completeAll(tx, batch.stream().map(CompletionWriter::completion).toList()));
  }

  /** What was written is taken off the batch, so that a failure in the middle repeats the rest. */
  private void writeOneByOne(List<Run> batch) {
    while (!batch.isEmpty()) {
      Run run = batch.getFirst();
      try {
        boolean committed = database.inTransaction(tx -> writes.complete(tx, completion(run)));
        ended.ended(List.of(run), committed ? Set.of(run.lease()) : Set.of());
      } catch (PermanentTaskException e) {
        refused.accept(run, e);
      }
      batch.removeFirst();
    }
  }

  private static LeasedWrites.Completion completion(Run run) {
    return new LeasedWrites.Completion(run.lease(), run.result(), run.log());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
