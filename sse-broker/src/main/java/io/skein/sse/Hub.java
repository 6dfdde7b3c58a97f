package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all local watchers of one thing share: its latest events, encoded once. What falls out of
 * the ring is in the journal. Thread safe.
 */
final class Hub<P extends Comparable<P>> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<SseStream> watchers = ConcurrentHashMap.newKeySet();
  private final Map<String, Progress> progress = new HashMap<>();
  private final AtomicBoolean progressStale = new AtomicBoolean(true);
  private final Ring<P> ring;
  private final int bytesPerWrite;
  private Epoch epoch;
  private long progressCount;
  private @Nullable End<P> end;
  private @Nullable Runnable endFeeding;

  Hub(Epoch epoch, P top, SseSettings settings) {
    this.ring = new Ring<>(settings.ringEvents(), settings.ringBytes(), top);
    this.bytesPerWrite = settings.pageBytes();
    this.epoch = epoch;
  }

  /** An agent's latest, and the how manyeth update of this hub it was. */
  private record Progress(long number, AgentUpdate update, byte[] frame) {}

  /** The last place of all, and what tells so. */
  private record End<P>(P last, byte[] frame) {}

  /**
   * What a watcher shall write next.
   *
   * @param frames in order; may be empty
   * @param cursor the place that is reached with them
   * @param progressSeen the number of updates that is reached with them
   * @param inJournal whether the next events are no longer here
   * @param top the last place that this hub has heard of
   * @param end set when nothing follows after the frames: what to write last
   */
  record Next<P>(
      Epoch epoch,
      List<byte[]> frames,
      P cursor,
      long progressSeen,
      boolean inJournal,
      P top,
      byte @Nullable [] end) {}

  /**
   * @param ending ends what feeds this hub; run when it is closed
   */
  void fedBy(Runnable ending) {
    endFeeding = ending;
  }

  void close() {
    Runnable running = endFeeding;
    if (running != null) {
      running.run();
    }
  }

  void add(SseStream watcher) {
    watchers.add(watcher);
  }

  /** Answers whether it was the last one. */
  boolean remove(SseStream watcher) {
    watchers.remove(watcher);
    return watchers.isEmpty();
  }

  /**
   * Takes over what agents said while this hub did not listen; the first caller pays.
   *
   * @param snapshot empty when it cannot be read now; a later caller tries again
   */
  void loadProgress(Supplier<Optional<List<AgentUpdate>>> snapshot) {
    if (progressStale.compareAndSet(true, false)) {
      Optional<List<AgentUpdate>> read = Optional.empty();
      try {
        read = snapshot.get();
      } finally {
        if (read.isEmpty()) {
          progressStale.set(true);
        }
      }
      read.ifPresent(latest -> {
        latest.forEach(this::observe);
        wakeWatchers();
      });
    }
  }

  /** What agents say now may have gone by. */
  void progressMissed() {
    progressStale.set(true);
    wakeWatchers();
  }

  Next<P> next(P cursor, long progressSeen, Wanted wanted) {
    lock.lock();
    try {
      Portion<P> portion = new Portion<>(cursor);
      boolean inJournal = cursor.compareTo(ring.floor()) < 0;
      if (!inJournal) {
        fill(portion, wanted);
      }
      List<byte[]> frames = portion.frames(epoch);
      if (progressSeen < progressCount) {
        frames = new ArrayList<>(frames);
        addProgress(frames, progressSeen, wanted);
      }
      P reached = portion.reached();
      boolean atEnd = end != null && reached.compareTo(end.last()) >= 0;
      return new Next<>(
          epoch,
          frames,
          reached,
          progressCount,
          inJournal,
          ring.top(),
          atEnd && end != null ? end.frame() : null);
    } finally {
      lock.unlock();
    }
  }

  private void fill(Portion<P> portion, Wanted wanted) {
    long number = ring.firstAfter(portion.reached());
    while (number < ring.end() && portion.bytes() < bytesPerWrite) {
      EncodedEvent<P> event = ring.get(number);
      if (wanted.takes(event.stream(), event.engagement(), event.type(), event.phase())) {
        portion.take(event.place(), event.frame());
      } else {
        portion.skip(event.place());
      }
      number++;
    }
  }

  private void addProgress(List<byte[]> frames, long seen, Wanted wanted) {
    for (Progress update : progress.values()) {
      if (update.number() > seen && wanted.takesProgress(update.update().phase())) {
        frames.add(update.frame());
      }
    }
  }

  /** Takes the next events, in order. */
  void push(List<EncodedEvent<P>> events) {
    lock.lock();
    try {
      events.forEach(ring::push);
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  /**
   * Nothing will follow.
   *
   * @param frame for those who have reached the last place
   */
  void finish(P last, byte[] frame) {
    lock.lock();
    try {
      progress.clear();
      end = new End<>(last, frame);
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  /** The history was replaced. Each watcher sees the other epoch and resets its client. */
  void restart(Epoch now, P top) {
    lock.lock();
    try {
      ring.restart(top);
      progress.clear();
      progressStale.set(true);
      epoch = now;
      end = null;
    } finally {
      lock.unlock();
    }
    wakeWatchers();
  }

  /** There is nothing to watch any more: each client comes again and is told so. */
  void dismiss() {
    watchers.forEach(SseStream::close);
  }

  void progress(AgentUpdate update) {
    observe(update);
    wakeWatchers();
  }

  private void observe(AgentUpdate update) {
    byte[] frame = SseFrames.progress(update);
    lock.lock();
    try {
      Progress known = progress.get(update.agent());
      boolean news =
          known == null || (update.supersedes(known.update()) && !update.equals(known.update()));
      if (news && end == null) {
        progressCount++;
        progress.put(update.agent(), new Progress(progressCount, update, frame));
      }
    } finally {
      lock.unlock();
    }
  }

  private void wakeWatchers() {
    for (SseStream watcher : watchers) {
      watcher.wake();
    }
  }
}
