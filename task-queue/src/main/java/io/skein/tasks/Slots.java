package io.skein.tasks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What runs in this worker, how much more may, and the hints that wait for a free slot (never more
 * than there are free slots). A slot is taken by a claim and free again when the run's end is
 * committed. Thread safe.
 */
final class Slots {
  /** In a backlog, how long a claim waits for half of the slots, since few cost as much. */
  private static final Duration GATHERING = Duration.ofMillis(2);

  private final int total;
  private final Runnable spent;
  private long left;
  private final Set<Run> running = new LinkedHashSet<>();
  private final Deque<Hint> hints = new ArrayDeque<>();
  private @Nullable Run alone;
  private boolean aloneBegun;
  private int beingClaimed;
  private boolean hintsRanOut;
  private boolean backlog;
  private boolean closed;
  private long firstFreeAt = System.nanoTime();

  Slots(int total) {
    this(total, null, () -> {});
  }

  /**
   * @param most runs in all; then no slot is ever free again; null for no bound
   * @param spent told when the last of them has ended, on the thread that ended it
   */
  Slots(int total, @Nullable Integer most, Runnable spent) {
    this.total = total;
    this.left = most == null ? Long.MAX_VALUE : most;
    this.spent = spent;
  }

  /** What the claim loop should do next. */
  enum Work {
    FAIR_CLAIM,
    /** There is more than fits: go on where the last fair claim ended. */
    BACKLOG_CLAIM,
    HINTED_CLAIM,
    BEGIN_ALONE
  }

  /**
   * Waits until there is something to do: a slot is free and a claim is due, or the run that must
   * be alone is alone.
   *
   * @param overdue when a fair claim goes before hints, as {@link System#nanoTime}
   * @param due when a fair claim may happen if no hint waits
   */
  synchronized Work awaitWork(long overdue, long due) throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      if (!closed && alone != null && !aloneBegun && running.size() == 1) {
        return Work.BEGIN_ALONE;
      }
      if (free() > 0) {
        long gathered = firstFreeAt + GATHERING.toNanos();
        if (backlog && free() < total / 2 && now - gathered < 0) {
          waitNanos(gathered - now);
          continue;
        }
        if (now - overdue >= 0) {
          return Work.FAIR_CLAIM;
        }
        if (backlog && now - due >= 0) {
          return Work.BACKLOG_CLAIM;
        }
        if (!hints.isEmpty()) {
          return Work.HINTED_CLAIM;
        }
        if (now - due >= 0 || hintsRanOut) {
          hintsRanOut = false;
          return Work.FAIR_CLAIM;
        }
        waitNanos(Math.min(overdue - now, due - now));
      } else {
        wait();
      }
    }
  }

  /** Waits until there is a free slot that no waiting hint will take. */
  synchronized int awaitRoom() throws InterruptedException {
    while (room() <= 0) {
      wait();
    }
    return room();
  }

  /** Keeps as many hints as there are free slots for, and answers the rest. */
  synchronized List<Hint> offer(List<Hint> offered) {
    int kept = Math.max(0, Math.min(room(), offered.size()));
    hints.addAll(offered.subList(0, kept));
    notifyAll();
    return offered.subList(kept, offered.size());
  }

  /** The stream of hints is empty after there were some: a fair claim looks for what had none. */
  synchronized void hintsRanOut() {
    hintsRanOut = true;
    notifyAll();
  }

  /**
   * While there is more than fits, hints tell nothing new: none is read, and the claims in the fair
   * order go first.
   */
  synchronized void backlog(boolean more) {
    backlog = more;
    notifyAll();
  }

  /** Takes the waiting hints, to be claimed; {@link #take} tells what came of it. */
  synchronized List<Hint> takeHints() {
    List<Hint> taken = new ArrayList<>();
    while (taken.size() < free() && !hints.isEmpty()) {
      taken.add(hints.removeFirst());
    }
    beingClaimed = taken.size();
    return taken;
  }

  /** Takes the hints for which no slot is left, to be given back to the stream. */
  synchronized List<Hint> takeHintsPastRoom() {
    List<Hint> taken = new ArrayList<>();
    while (hints.size() > Math.max(0, free())) {
      taken.add(hints.removeLast());
    }
    return taken;
  }

  /** Takes a slot for each of these, which is all that the last claim got. */
  synchronized void take(Collection<Run> runs) {
    running.addAll(runs);
    beingClaimed = 0;
    notifyAll();
  }

  /** Frees the slots of runs that did not begin. */
  synchronized void forget(Collection<Run> runs) {
    running.removeAll(runs);
    notifyAll();
  }

  /** Takes a slot for a run that begins when nothing else runs; until it ends no slot is free. */
  synchronized void takeAlone(Run run) {
    running.add(run);
    alone = run;
    aloneBegun = false;
  }

  synchronized void aloneBegun() {
    aloneBegun = true;
  }

  synchronized @Nullable Run alone() {
    return alone;
  }

  void release(Run run) {
    release(List.of(run));
  }

  void release(Collection<Run> runs) {
    if (endsWithThese(runs)) {
      spent.run();
    }
  }

  private synchronized boolean endsWithThese(Collection<Run> runs) {
    long before = left;
    if (free() <= 0) {
      firstFreeAt = System.nanoTime();
    }
    for (Run run : runs) {
      if (running.remove(run)) {
        left--;
        alone = run == alone ? null : alone;
      }
    }
    notifyAll();
    return before > 0 && left == 0;
  }

  /** From now on no slot is free; answers the hints that waited. */
  synchronized List<Hint> close() {
    closed = true;
    return takeHintsPastRoom();
  }

  synchronized int free() {
    return closed || alone != null
        ? 0
        : (int) Math.min(total - running.size(), left - running.size());
  }

  synchronized List<Run> running() {
    return List.copyOf(running);
  }

  /** Waits until nothing runs, at most so long; says whether it came to that. */
  synchronized boolean awaitEmpty(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    while (!running.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      waitNanos(left);
    }
    return true;
  }

  private int room() {
    return backlog ? 0 : free() - hints.size() - beingClaimed;
  }

  private void waitNanos(long nanos) throws InterruptedException {
    wait(Math.max(1, nanos / 1_000_000 + 1));
  }
}
