package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Fills free slots. Hints are claimed as they come; in the fair order it claims once per interval
 * (then before the hints), when the hints ran out, and, without Redis, every 200 ms while there is
 * work. In a backlog it goes on where the last claim ended, and starts again five times a second,
 * so that what came with a higher priority is found. The only thread that takes slots.
 */
final class ClaimLoop implements RunUntilStopped.Round {
  private static final Duration BUSY_POLL = Duration.ofMillis(200);
  static final Duration AFTER_FAILURE = Duration.ofMillis(500);

  private final Database database;
  private final ClaimStatements statements;
  private final FairClaims fair;
  private final Slots slots;
  private final WorkerPresence presence;
  private final RunExecution execution;
  private final WorkerReports reports;
  private final RedisHints hints;
  private final FeatureGate gate;
  private final List<String> queues;
  private final Duration interval;
  private final LevelTurns levelTurns = new LevelTurns();
  private long overdue = System.nanoTime();
  private long due = overdue;
  private boolean answerLost;

  ClaimLoop(
      TaskQueue queue,
      ClaimStatements statements,
      RunParts parts,
      WorkerPresence presence,
      WorkerSettings settings) {
    this.database = queue.database();
    this.hints = queue.hints();
    this.gate = queue.redis().gate(Feature.TASK_QUEUE);
    this.statements = statements;
    this.fair = new FairClaims(queue.database(), statements);
    this.slots = parts.slots();
    this.presence = presence;
    this.execution = parts.execution();
    this.reports = parts.reports();
    this.queues = new ArrayList<>(settings.queues());
    this.interval = settings.claimInterval();
  }

  @Override
  public void run() throws InterruptedException {
    presence.awaitHeld();
    Slots.Work work = slots.awaitWork(overdue, due);
    if (presence.held()) {
      giveBackUnknown();
      doWork(work);
    }
  }

  @Override
  public void failed() {
    answerLost = true;
  }

  /** A claim that failed may have been committed; nobody would run or renew what it got. */
  private void giveBackUnknown() {
    if (answerLost) {
      giveBack();
      answerLost = false;
    }
  }

  /** Gives back what this worker has claimed and does not know of. */
  void giveBack() {
    List<TaskId> known = slots.running().stream().map(run -> run.task().id()).toList();
    database.read(handle -> statements.giveBackAllBut(handle, known)).forEach(hints::offer);
  }

  private void doWork(Slots.Work work) {
    switch (work) {
      case HINTED_CLAIM -> claimHinted();
      case FAIR_CLAIM -> claimFairly(levelTurns.next());
      case BACKLOG_CLAIM -> goOn();
      case BEGIN_ALONE -> {
        execution.beginAlone(Objects.requireNonNull(slots.alone()));
        slots.aloneBegun();
      }
    }
  }

  private void claimHinted() {
    List<Hint> taken = slots.takeHints();
    List<Run> runs = List.of();
    try {
      List<TaskId> ids = taken.stream().map(Hint::task).toList();
      runs = database.read(handle -> statements.hinted(handle, ids));
    } catch (RuntimeException | Error e) {
      taken.forEach(hints::offer);
      throw e;
    } finally {
      run(runs);
    }
  }

  /** A queue that has no more than was claimed ends it: the others may have. */
  private void goOn() {
    FairClaims.Levels levels = levelTurns.next();
    if (levels.equals(FairClaims.Levels.ALL)) {
      Collections.rotate(queues, 1);
      for (String queue : queues) {
        int free = slots.free();
        if (free > 0) {
          run(fair.goOn(queue, free));
        }
      }
    }
    if (slots.free() > 0) {
      claimFairly(levels);
    }
  }

  private void claimFairly(FairClaims.Levels levels) {
    // Each claim starts with another queue, so that none starves behind a full one.
    Collections.rotate(queues, 1);
    int wanted = slots.free();
    int got = 0;
    for (String queue : queues) {
      int free = slots.free();
      if (free > 0) {
        List<Run> runs = fair.claim(queue, levels, free);
        got += runs.size();
        run(runs);
      }
    }
    claimSuspect();
    slots.takeHintsPastRoom().forEach(hints::offer);
    boolean some = !levels.equals(FairClaims.Levels.ALL); // the others have not been asked
    planNext(wanted > 0 && (got >= wanted || some), got > 0);
  }

  private void claimSuspect() {
    boolean busy = !slots.running().isEmpty();
    for (String queue : queues) {
      if (slots.free() > 0) {
        database
            .read(handle -> statements.suspect(handle, queue, busy))
            .ifPresent(run -> {
              slots.takeAlone(run);
              reports.tell(listener -> listener.claimed(run.task()));
            });
      }
    }
  }

  private void run(List<Run> runs) {
    slots.take(runs);
    int submitted = 0;
    try {
      for (Run run : runs) {
        reports.tell(listener -> listener.claimed(run.task()));
        execution.submit(run);
        submitted++;
      }
    } finally {
      // What got no thread is given back by the next round, as what nobody here knows.
      slots.forget(runs.subList(submitted, runs.size()));
    }
  }

  /**
   * @param backlog the claim got all it asked for, so there may be more: the next free slot asks
   */
  private void planNext(boolean backlog, boolean busy) {
    long now = System.nanoTime();
    long jittered =
        (long) (interval.toNanos() * (1 - 0.15 * ThreadLocalRandom.current().nextDouble()));
    overdue = now + jittered;
    slots.backlog(backlog);
    if (backlog) {
      overdue = now + Math.min(jittered, BUSY_POLL.toNanos());
      due = now;
    } else if (busy && !gate.open()) {
      due = now + Math.min(jittered, BUSY_POLL.toNanos());
    } else {
      due = overdue;
    }
  }
}
